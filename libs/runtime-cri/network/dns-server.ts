import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { decode, encode, streamDecode, streamEncode, type Packet } from 'dns-packet';
import { DnsAnswers } from './dns-answers.js';

const PORT = 53;

/** The pods' DNS server, over UDP and TCP. */
export class DnsServer {
  answers = new DnsAnswers([]);

  /** @throws Error EADDRINUSE and others of the socket */
  async listen(address: string): Promise<void> {
    const tcp = createServer((socket) => this.serve(socket));
    tcp.listen(PORT, address);
    await once(tcp, 'listening');
    const udp = createSocket({ type: 'udp4', reuseAddr: true });
    udp.on('message', (message, from) => {
      const answer = this.answer(message, decode, encode);
      if (answer) udp.send(answer, from.port, from.address);
    });
    udp.bind(PORT, address);
    await once(udp, 'listening');
  }

  private serve(socket: Socket): void {
    let received = Buffer.alloc(0);
    socket.on('data', (data) => {
      received = Buffer.concat([received, data]);
      while (received.length >= 2 && received.length >= 2 + received.readUInt16BE(0)) {
        const end = 2 + received.readUInt16BE(0);
        const answer = this.answer(received.subarray(0, end), streamDecode, streamEncode);
        received = received.subarray(end);
        if (answer) socket.write(answer);
      }
    });
    socket.on('error', () => socket.destroy());
  }

  /** undefined: not a DNS message; such are dropped. */
  private answer(message: Buffer, decode: (message: Buffer) => Packet, encode: (packet: Packet) => Buffer): Buffer | undefined {
    try {
      return encode(this.answers.respond(decode(message)));
    } catch {
      return undefined;
    }
  }
}
