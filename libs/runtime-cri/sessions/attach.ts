import { once } from 'node:events';
import { PassThrough, Writable } from 'node:stream';
import { WebSocket, type RawData } from 'ws';
import { sleep } from '#clock';
import { RuntimeError, type StreamSession } from '#runtime';
import type { Host } from '../host.js';
import type { Containers } from '../pods/containers.js';

const PROTOCOL = 'v4.channel.k8s.io';
const STDIN = 0;
const STDOUT = 1;
const STDERR = 2;
const RESIZE = 4;
/** The streams of a container that ends are closed a little before CRI shows its exit. */
const NOTED_MS = 5000;
const LOOK_MS = 10;

export interface AttachRequest {
  tty: boolean;
  stdin: boolean;
  stdout: boolean;
  stderr: boolean;
}

/**
 * An attach over CRI's streaming URL, which is served in the network namespace of containerd: websockets of the protocol above, in which
 * a message is a channel's number and its bytes. Closing stdin alone has no message there: the container's stdin stays open.
 */
export async function attachTo(host: Host, containers: Containers, containerId: string, request: AttachRequest): Promise<StreamSession> {
  const { url } = await host.client.runtime('Attach', { containerId, ...request, stderr: request.stderr && !request.tty });
  const { hostname, port } = new URL(url);
  const connection = await host.network.connect(hostname, Number(port));
  const socket = new WebSocket(url.replace(/^http/, 'ws'), PROTOCOL, { createConnection: () => connection });
  const broken = new Promise<Error>((resolve) => socket.once('error', resolve));
  const opened = await Promise.race([once(socket, 'open').then(() => undefined), broken]);
  if (opened) throw new RuntimeError('UNAVAILABLE', `attaching over ${url} failed: ${opened.message}`, { cause: opened });
  const stdout = request.stdout ? new PassThrough() : undefined;
  const stderr = request.stderr && !request.tty ? new PassThrough() : undefined;
  const outputs: Record<number, PassThrough | undefined> = { [STDOUT]: stdout, [STDERR]: stderr };
  socket.on('message', (message: RawData) => {
    const bytes = Buffer.isBuffer(message) ? message : Buffer.concat(Array.isArray(message) ? message : [Buffer.from(message)]);
    const output = outputs[bytes[0] ?? -1];
    if (!output || bytes.length === 1 || output.write(bytes.subarray(1))) return;
    // Who reads slowly makes the container wait.
    socket.pause();
    output.once('drain', () => socket.resume());
  });
  // What is wrong shows in how the container goes on, below.
  socket.on('error', () => socket.terminate());
  const exit = once(socket, 'close').then(() => {
    stdout?.end();
    stderr?.end();
    return exitCodeOf(host, containers, containerId);
  });
  // Nobody may be waiting any more once the client has gone.
  exit.catch(() => undefined);
  return {
    ...(request.stdin && { stdin: inputOf(socket) }),
    ...(stdout && { stdout }),
    ...(stderr && { stderr }),
    resize: (width, height) => socket.send(frame(RESIZE, Buffer.from(JSON.stringify({ Width: width, Height: height })))),
    exit,
    close: () => socket.terminate(),
  };
}

function inputOf(socket: WebSocket): Writable {
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      socket.send(frame(STDIN, chunk), done);
    },
  });
}

function frame(channel: number, payload: Buffer): Buffer {
  return Buffer.concat([Buffer.from([channel]), payload]);
}

/** @throws RuntimeError UNAVAILABLE when the streams have ended and the container has not. */
async function exitCodeOf(host: Host, containers: Containers, containerId: string): Promise<number> {
  const until = host.clock.now() + NOTED_MS;
  for (;;) {
    const { state, exitCode } = await containers.status(containerId);
    if (state === 'CONTAINER_EXITED') return exitCode;
    if (host.clock.now() > until) throw new RuntimeError('UNAVAILABLE', `the streams of container "${containerId}" broke while it runs`);
    await sleep(host.clock, LOOK_MS);
  }
}
