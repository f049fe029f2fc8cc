import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sleep, type Clock } from '#clock';
import { RuntimeError, type ServiceEntry } from '#runtime';

const AGENT = fileURLToPath(new URL('agent.js', import.meta.url));
const RESTART_MS = 250;
const MAX_RESTART_MS = 5_000;
let links = 0;

export interface NetworkOptions {
  /** containerd's socket: ours lies beside it, as its folder's name is known to be short enough for a socket. */
  socket: string;
  /** Absent: the agent runs in this process's network namespace. */
  netns: string | undefined;
  clusterDns: string;
  clock: Clock;
  warn(message: string): void;
}

/** The way into the pods' network: connections and names, through a process of ours there (agent.ts), which is kept running. */
export class NetworkLink {
  private readonly path: string;
  private agent: ChildProcess | undefined;
  private services: ServiceEntry[] = [];
  private closed = false;

  constructor(private readonly options: NetworkOptions) {
    this.path = join(dirname(options.socket), `${process.pid}-${++links}.sock`);
  }

  /** Resolves when the agent is there. @throws RuntimeError UNAVAILABLE */
  async start(): Promise<void> {
    const { netns, clusterDns } = this.options;
    rmSync(this.path, { force: true });
    const command = [...(netns ? ['nsenter', `--net=${netns}`] : []), process.execPath, AGENT, this.path, clusterDns];
    const agent = spawn(command[0]!, command.slice(1), { stdio: ['ignore', 'inherit', 'pipe', 'ipc'] });
    this.agent = agent;
    let errors = '';
    agent.stderr!.on('data', (data: Buffer) => (errors = (errors + data.toString()).slice(-2000)));
    const ended = new Promise<string>((resolve) => {
      agent.once('error', (error) => resolve(error.message));
      agent.once('close', (code, signal) => resolve(`${signal ?? `exit code ${code}`}${errors && `: ${errors.trim()}`}`));
    });
    agent.send(this.services, () => undefined);
    const failed = await Promise.race([once(agent, 'message').then(() => undefined), ended]);
    if (failed !== undefined) throw new RuntimeError('UNAVAILABLE', `the agent in the pods' network did not start: ${failed}`);
    void ended.then((why) => this.restart(why));
  }

  setServices(services: ServiceEntry[]): void {
    this.services = services;
    // One that is just ending is followed by one that gets them at its start.
    if (this.agent?.connected) this.agent.send(services, () => undefined);
  }

  /** @throws RuntimeError CONNECTION_REFUSED, UNAVAILABLE */
  async connect(address: string, port: number): Promise<Socket> {
    const socket = connect({ path: this.path, allowHalfOpen: true });
    socket.write(`${address} ${port}\n`);
    const answer = await firstLine(socket).catch((error: Error) => {
      throw new RuntimeError('UNAVAILABLE', `the pods' network is out of reach: ${error.message}`, { cause: error });
    });
    if (answer !== 'ok') {
      socket.destroy();
      throw new RuntimeError('CONNECTION_REFUSED', `dial tcp ${address}:${port}: ${REASONS[answer] ?? answer}`);
    }
    return socket;
  }

  async close(): Promise<void> {
    this.closed = true;
    const { agent } = this;
    if (agent && agent.exitCode === null && agent.signalCode === null) {
      const ended = once(agent, 'exit');
      agent.kill('SIGKILL');
      await ended;
    }
    rmSync(this.path, { force: true });
  }

  private async restart(why: string): Promise<void> {
    this.options.warn(`the agent in the pods' network ended (${why}); starting it again`);
    let told: string | undefined;
    for (let delay = RESTART_MS; ; delay = Math.min(delay * 2, MAX_RESTART_MS)) {
      await sleep(this.options.clock, delay);
      if (this.closed) return;
      const failed = await this.start().then(
        () => undefined,
        (error: Error) => error.message,
      );
      if (failed === undefined) return;
      // Tried for ever, told once: its network may be gone for good.
      if (failed !== told) this.options.warn(`${failed}; trying again`);
      told = failed;
    }
  }
}

/** The line without its end; what follows it stays in the socket, which is neither flowing nor paused: its next reader decides. */
async function firstLine(socket: Socket): Promise<string> {
  let line = '';
  while (!line.endsWith('\n')) {
    const byte = socket.read(1) as Buffer | null;
    if (byte) line += byte.toString();
    else if (socket.readableEnded) return line || 'the agent closed the connection';
    else {
      const done = new AbortController();
      const { signal } = done;
      await Promise.race([once(socket, 'readable', { signal }), once(socket, 'end', { signal })]).finally(() => done.abort());
    }
  }
  return line.slice(0, -1);
}

/** Go's words. */
const REASONS: Record<string, string> = {
  ECONNREFUSED: 'connect: connection refused',
  EHOSTUNREACH: 'connect: no route to host',
  ENETUNREACH: 'connect: network is unreachable',
  ETIMEDOUT: 'i/o timeout',
};
