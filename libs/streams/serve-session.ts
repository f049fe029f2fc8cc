import type { Readable } from 'node:stream';
import type { RawData, WebSocket } from 'ws';
import type { StreamSession } from '#runtime';
import { CHANNEL, frame, parseClientFrame, type ChannelProtocol } from './channels.js';
import { exitStatus, internalErrorStatus, type StreamStatus } from './status.js';

export interface ServeOptions {
  protocol: ChannelProtocol;
  tty: boolean;
  /** exec: true, the exit code ends the session. attach: false, as with the kubelet: only how the streams ended counts. */
  reportExit: boolean;
  /** For the message of a session that broke: "error executing command in container", "error attaching to container". */
  failure: string;
}

/**
 * Carries a session over the websocket's channels until it ends or the client goes; then closes the websocket. Never rejects: a
 * session that cannot be begun, or that breaks, is reported on the error channel.
 * Back-pressure both ways: output is read only as fast as the socket takes it, the socket is read only as fast as stdin takes it.
 */
export async function serveSession(socket: WebSocket, begun: Promise<StreamSession>, options: ServeOptions): Promise<void> {
  const gone = new Promise<'gone'>((resolve) => socket.once('close', () => resolve('gone')));
  // The close that follows says all that matters here.
  socket.on('error', () => socket.terminate());
  // What the client sends before there is a process waits in the network.
  socket.pause();
  let session: StreamSession | undefined;
  let outcome: StreamStatus | 'gone';
  try {
    session = await begun;
    takeInput(socket, session, options);
    socket.resume();
    outcome = await Promise.race([runToEnd(socket, session, options), gone]);
  } catch (error) {
    outcome = internalErrorStatus(`${options.failure}: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (outcome === 'gone' || outcome.reason === 'InternalError') session?.close();
  if (outcome === 'gone') return;
  socket.resume();
  await send(socket, CHANNEL.error, JSON.stringify(outcome));
  socket.close(1000);
}

/** Rejects when the session breaks; what is still unread of its output then is let go. */
async function runToEnd(socket: WebSocket, session: StreamSession, options: ServeOptions): Promise<StreamStatus> {
  // As the kubelet does it: an empty message tells the client that the session is established.
  await send(socket, session.stdout ? CHANNEL.stdout : session.stderr ? CHANNEL.stderr : CHANNEL.error, '');
  const [exitCode] = await Promise.all([
    session.exit,
    carryOutput(socket, CHANNEL.stdout, session.stdout),
    carryOutput(socket, CHANNEL.stderr, options.tty ? undefined : session.stderr),
  ]);
  return exitStatus(options.reportExit ? exitCode : 0);
}

async function carryOutput(socket: WebSocket, channel: number, output: Readable | undefined): Promise<void> {
  if (!output) return;
  for await (const chunk of output) {
    await send(socket, channel, Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk as string));
    if (socket.readyState !== socket.OPEN) return;
  }
}

function takeInput(socket: WebSocket, session: StreamSession, options: ServeOptions): void {
  const { stdin } = session;
  // A process that ends or closes its stdin while the client still types is ordinary: what follows is dropped.
  stdin?.on('error', () => socket.resume());
  stdin?.on('close', () => socket.resume());
  stdin?.on('drain', () => socket.resume());
  socket.on('message', (message: RawData) => {
    const got = parseClientFrame(toBuffer(message), options.protocol);
    if (got.type === 'resize' && options.tty) session.resize(got.width, got.height);
    if (got.type === 'close' && got.channel === CHANNEL.stdin) stdin?.end();
    if (got.type === 'stdin' && got.data.length > 0 && stdin?.writable && !stdin.write(got.data)) socket.pause();
  });
}

/** Resolves once the bytes have been handed to the network, or the socket is gone: what makes a slow client slow its output down. */
function send(socket: WebSocket, channel: number, payload: Buffer | string): Promise<void> {
  return new Promise((resolve) => {
    if (socket.readyState !== socket.OPEN) return resolve();
    socket.send(frame(channel, payload), { binary: true }, () => resolve());
  });
}

function toBuffer(message: RawData): Buffer {
  if (Buffer.isBuffer(message)) return message;
  return Array.isArray(message) ? Buffer.concat(message) : Buffer.from(message);
}
