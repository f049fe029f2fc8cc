/**
 * The channel subprotocols that Kubernetes runs exec and attach over (k8s.io/apimachinery pkg/util/remotecommand): every binary
 * websocket message is one channel byte and the payload. v5 adds a message [255, n]: "I shall write no more to channel n".
 */
export const CHANNEL = { stdin: 0, stdout: 1, stderr: 2, error: 3, resize: 4, close: 255 } as const;

export type ChannelProtocol = 'v5.channel.k8s.io' | 'v4.channel.k8s.io';

/** Best first. */
export const CHANNEL_PROTOCOLS: readonly ChannelProtocol[] = ['v5.channel.k8s.io', 'v4.channel.k8s.io'];

/** The best protocol that the client offers, or undefined where it offers none of ours. */
export function chooseProtocol(offered: Iterable<string>): ChannelProtocol | undefined {
  const names = new Set(offered);
  return CHANNEL_PROTOCOLS.find((name) => names.has(name));
}

/** What a client can send. `unknown`: a channel that clients do not write to, or a message that is no frame at all. */
export type ClientFrame =
  | { type: 'stdin'; data: Buffer }
  | { type: 'resize'; width: number; height: number }
  | { type: 'close'; channel: number }
  | { type: 'unknown' };

export function parseClientFrame(message: Buffer, protocol: ChannelProtocol): ClientFrame {
  const channel = message[0];
  if (channel === CHANNEL.stdin) return { type: 'stdin', data: message.subarray(1) };
  if (channel === CHANNEL.resize) return parseResize(message.subarray(1));
  if (channel === CHANNEL.close && protocol === 'v5.channel.k8s.io' && message.length === 2) return { type: 'close', channel: message[1]! };
  return { type: 'unknown' };
}

/** client-go's TerminalSize: {"Width":80,"Height":24}. */
function parseResize(json: Buffer): ClientFrame {
  try {
    const size = JSON.parse(json.toString('utf8')) as { Width?: unknown; Height?: unknown } | null;
    if (isSize(size?.Width) && isSize(size?.Height)) return { type: 'resize', width: size.Width, height: size.Height };
    return { type: 'unknown' };
  } catch {
    return { type: 'unknown' };
  }
}

const isSize = (value: unknown): value is number => Number.isInteger(value) && (value as number) > 0 && (value as number) <= 0xffff;

/** A frame to send: the channel byte, then the payload. */
export function frame(channel: number, payload: Buffer | string): Buffer {
  const data = typeof payload === 'string' ? Buffer.from(payload, 'utf8') : payload;
  const message = Buffer.allocUnsafe(data.length + 1);
  message[0] = channel;
  data.copy(message, 1);
  return message;
}
