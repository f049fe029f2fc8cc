/**
 * A whole text message as a server sends it over a websocket (RFC 6455, 5.2: final, unmasked), around bytes that are the same for many clients: ws would
 * encode the text again for each, and write the frame's head by itself.
 */
export function textFrame(before: string, bytes: Buffer, after: string): Buffer {
  const lead = Buffer.byteLength(before);
  const length = lead + bytes.length + Buffer.byteLength(after);
  const head = length < 126 ? 2 : length < 65_536 ? 4 : 10;
  const frame = Buffer.allocUnsafe(head + length);
  frame[0] = 0x81;
  if (head === 2) frame[1] = length;
  else if (head === 4) {
    frame[1] = 126;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = 127;
    frame.writeBigUInt64BE(BigInt(length), 2);
  }
  frame.write(before, head);
  bytes.copy(frame, head + lead);
  frame.write(after, head + lead + bytes.length);
  return frame;
}
