import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PassThrough, Readable, Writable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { WebSocket } from 'ws';
import type { StreamSession } from '#runtime';
import { frame, type ChannelProtocol } from './channels.js';
import { serveSession } from './serve-session.js';
import { createChannelServer } from './upgrade.js';

describe('a session over the channels', () => {
  let http: Server;
  let session: Promise<StreamSession>;
  const channels = createChannelServer();

  beforeEach(async () => {
    http = createServer();
    http.on('upgrade', (request, socket, head) =>
      channels.handleUpgrade(request, socket, head, (webSocket) => {
        const protocol = webSocket.protocol as ChannelProtocol;
        void serveSession(webSocket, session, { protocol, tty: false, reportExit: true, failure: 'error executing command in container' });
      }),
    );
    await once(http.listen(0, '127.0.0.1'), 'listening');
  });
  afterEach(() => {
    http.closeAllConnections();
    http.close();
  });

  const connect = (...protocols: string[]) => new WebSocket(`ws://127.0.0.1:${(http.address() as AddressInfo).port}/`, protocols);

  /** Everything that the server sends, by channel, until it closes. */
  async function collect(socket: WebSocket): Promise<Record<number, string>> {
    const got: Record<number, string> = {};
    socket.on('message', (data: Buffer) => (got[data[0]!] = (got[data[0]!] ?? '') + data.subarray(1).toString()));
    await once(socket, 'close');
    return got;
  }

  it('stdout and stderr come on their channels, then the exit code, then the close', async () => {
    session = Promise.resolve(endingSession({ stdout: Readable.from([Buffer.from('out')]), stderr: Readable.from([Buffer.from('err')]), exit: Promise.resolve(3) }));
    const got = await collect(connect('v5.channel.k8s.io'));
    expect(got).toMatchObject({ 1: 'out', 2: 'err' });
    expect(JSON.parse(got[3]!)).toMatchObject({ reason: 'NonZeroExitCode', details: { causes: [{ reason: 'ExitCode', message: '3' }] } });
  });

  it('what is typed before the process is there reaches it, and [255, 0] ends its stdin', async () => {
    let begin: (session: StreamSession) => void = () => undefined;
    session = new Promise((resolve) => (begin = resolve));
    const socket = connect('v5.channel.k8s.io');
    const all = collect(socket);
    await once(socket, 'open');
    socket.send(frame(0, 'hello'));
    socket.send(Buffer.from([255, 0]));
    const stdin = new PassThrough();
    begin(endingSession({ stdin, stdout: stdin, exit: once(stdin, 'end').then(() => 0) }));
    const got = await all;
    expect(got[1]).toBe('hello');
    expect(JSON.parse(got[3]!)).toMatchObject({ status: 'Success' });
  });

  it('a command that cannot be begun is reported on the error channel', async () => {
    session = Promise.reject(new Error('no such file'));
    const got = await collect(connect('v4.channel.k8s.io'));
    expect(JSON.parse(got[3]!)).toMatchObject({ code: 500, message: 'Internal error occurred: error executing command in container: no such file' });
  });

  it('a client that goes closes the session', async () => {
    const closed = new Promise<void>((resolve) => {
      session = Promise.resolve({ ...endingSession({ stdout: new PassThrough(), exit: new Promise(() => undefined) }), close: resolve });
    });
    const socket = connect('v5.channel.k8s.io');
    await once(socket, 'message');
    socket.terminate();
    await closed;
  });

  it('output is made only as fast as the client reads it', async () => {
    const chunk = Buffer.alloc(64 * 1024);
    const whole = 64 * 1024 * 1024;
    let produced = 0;
    const stdout = new Readable({
      read() {
        this.push(produced < whole ? chunk : null);
        produced += chunk.length;
      },
    });
    session = Promise.resolve(endingSession({ stdout, exit: once(stdout, 'end').then(() => 0) }));
    const socket = connect('v5.channel.k8s.io');
    let received = 0;
    let ahead = 0;
    socket.on('message', (data: Buffer) => {
      if (data[0] !== 1) return;
      received += data.length - 1;
      ahead = Math.max(ahead, produced - received);
      socket.pause();
      setImmediate(() => socket.resume());
    });
    await once(socket, 'close');
    expect(received).toBe(whole);
    // What the buffers of two sockets on loopback hold, far from the whole.
    expect(ahead).toBeLessThan(whole / 4);
  });

  it('a process that does not read its stdin holds the client back', async () => {
    let wake: () => void = () => undefined;
    const taken: number[] = [];
    const stdin = new Writable({
      highWaterMark: 1024,
      write(data: Buffer, _encoding, done) {
        taken.push(data.length);
        wake = done;
      },
    });
    session = Promise.resolve(endingSession({ stdin, stdout: new PassThrough(), exit: new Promise(() => undefined) }));
    const socket = connect('v5.channel.k8s.io');
    await once(socket, 'message');
    for (let n = 0; n < 400; n++) socket.send(frame(0, Buffer.alloc(32 * 1024)));
    for (let n = 1; n <= 400; n++) {
      while (taken.length < n) await new Promise((resolve) => setImmediate(resolve));
      // Some frames had been read from the network together with the one that filled stdin; 12 MiB have not.
      expect(stdin.writableLength).toBeLessThan(1024 * 1024);
      wake();
    }
    socket.terminate();
  });
});

function endingSession(parts: Partial<StreamSession> & Pick<StreamSession, 'exit'>): StreamSession {
  return { resize: () => undefined, close: () => undefined, ...parts };
}
