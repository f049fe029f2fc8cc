import { STATUS_CODES, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { CHANNEL_PROTOCOLS, chooseProtocol } from './channels.js';
import { failureStatus, type StreamStatus } from './status.js';

/** What a request wants to become: `websocket` (kubectl 1.30 and later), `spdy` (SPDY/3.1: earlier ones), or something that nobody here speaks. */
export function upgradeKind(headers: IncomingMessage['headers']): 'websocket' | 'spdy' | 'other' {
  const wanted = (headers.upgrade ?? '').toLowerCase();
  if (wanted === 'websocket') return 'websocket';
  return wanted.startsWith('spdy/') ? 'spdy' : 'other';
}

/** The subprotocols that a websocket request offers, in its order. */
export function offeredProtocols(headers: IncomingMessage['headers']): string[] {
  return (headers['sec-websocket-protocol'] ?? '').split(',').flatMap((name) => name.trim() || []);
}

/** Answers an upgrade request with an ordinary HTTP response and ends the connection. */
export function answerUpgrade(socket: Duplex, code: number, contentType: string, body: string): void {
  socket.on('error', () => socket.destroy());
  socket.end(
    `HTTP/1.1 ${code} ${STATUS_CODES[code] ?? ''}\r\nContent-Type: ${contentType}\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
    () => socket.destroy(),
  );
}

export function refuseUpgrade(socket: Duplex, status: StreamStatus | { code?: number }): void {
  answerUpgrade(socket, status.code ?? 500, 'application/json', JSON.stringify(status));
}

/** The answer to an SPDY/3.1 upgrade, until it is served: kubectl prints the message. */
export function spdyNotServed(what: string): StreamStatus {
  return failureStatus(
    400,
    'BadRequest',
    `${what} over SPDY/3.1 is not served: use a client that speaks websockets (kubectl 1.30 or later; subprotocols ${CHANNEL_PROTOCOLS.join(', ')})`,
  );
}

/** Largest websocket message that a client may send. kubectl sends 32 KiB at a time; other clients whole files. */
const MAX_MESSAGE_BYTES = 16 * 1024 * 1024;

/** A websocket server without a port of its own that speaks the channel protocols; offer it requests that offer one of them. */
export function createChannelServer(): WebSocketServer {
  return new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: MAX_MESSAGE_BYTES,
    handleProtocols: (offered) => chooseProtocol(offered) ?? false,
  });
}
