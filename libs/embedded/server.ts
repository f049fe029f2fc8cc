/** A child process that serves until it is stopped, or until the process that started it is gone. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { SystemClock, sleep } from '#clock';
import { EmbeddedError } from './errors.js';

export interface EmbeddedServer {
  url: string;
  pid: number;
  port: number;
  /** Where its files are: may differ from what was asked for, see startPostgres. */
  dataDir: string;
  /** Stops it in an orderly way; resolves when its process is gone. Harmless when called twice. */
  stop(): Promise<void>;
}

export interface Identity {
  uid: number;
  gid: number;
}

const STOP_TIMEOUT_MS = 20_000;
const clock = new SystemClock();

/**
 * The shell leaves a watcher behind and becomes the server (so its pid is the child's). The watcher waits for the end of file on descriptor 3,
 * whose other end this process holds: it comes also when this process is killed, and then the server is told to stop. The server has its own
 * session, so that Ctrl-C reaches only us, who stop it after the work that needs it.
 */
const WATCHED = '( ( read -r _ <&3; kill -s "$0" $$ ) >/dev/null 2>&1 </dev/null & ); exec "$@" 3<&-';

export interface ServerProcess {
  child: ChildProcess;
  pid: number;
  /** Settled when the process has ended. */
  exited: Promise<void>;
  stop(): Promise<void>;
}

/** Starts `command`; its output goes to `logFile`. `stopSignal` (INT, TERM) is the signal that asks for an orderly end. */
export async function spawnServer(
  command: string[],
  options: { cwd: string; env?: NodeJS.ProcessEnv; identity?: Identity; logFile: string; stopSignal: 'INT' | 'TERM' },
): Promise<ServerProcess> {
  const log = openSync(options.logFile, 'w', 0o600);
  const child = spawn('/bin/sh', ['-c', WATCHED, options.stopSignal, ...command], {
    cwd: options.cwd,
    env: options.env ?? process.env,
    stdio: ['ignore', log, log, 'pipe'],
    detached: true,
    ...options.identity,
  });
  closeSync(log);
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => {
      child.stdio[3]?.destroy();
      resolve();
    });
    child.once('error', () => resolve());
  });
  try {
    await once(child, 'spawn');
  } catch (error) {
    throw new EmbeddedError('START_FAILED', `cannot start ${command[0]}: ${(error as Error).message}`, { cause: error });
  }
  // Neither the process nor the watcher's pipe keeps this process alive: who forgets to stop it leaves nothing behind.
  child.unref();
  (child.stdio[3] as unknown as { unref(): void }).unref();
  const stop = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.ref();
    child.kill(`SIG${options.stopSignal}`);
    if (!(await endsWithin(exited, STOP_TIMEOUT_MS))) child.kill('SIGKILL');
    await exited;
  };
  return { child, pid: child.pid!, exited, stop };
}

async function endsWithin(exited: Promise<void>, ms: number): Promise<boolean> {
  const timeout = new AbortController();
  const ended = await Promise.race([exited.then(() => true), sleep(clock, ms, timeout.signal).then(() => false, () => false)]);
  timeout.abort();
  return ended;
}

/** Asks `ready` every 10 ms until it says yes. @throws EmbeddedError START_FAILED with the end of the log when the process ends first, or it takes too long. */
export async function untilReady(name: string, server: ServerProcess, logFile: string, ready: () => boolean | Promise<boolean>, timeoutMs: number): Promise<void> {
  const deadline = clock.now() + timeoutMs;
  while (!(await ready())) {
    const ended = server.child.exitCode !== null || server.child.signalCode !== null;
    if (ended || clock.now() > deadline) {
      await server.stop();
      const what = ended ? `ended while starting` : `did not answer within ${timeoutMs / 1000} s`;
      throw new EmbeddedError('START_FAILED', `${name} ${what}: ${lastWords(logFile)} (log: ${logFile})`);
    }
    await sleep(clock, 10);
  }
}

function lastWords(logFile: string): string {
  const lines = readFileSync(logFile, 'utf8').trim().split('\n');
  return lines.filter((line) => /FATAL|ERROR|error|ad config|ould not/.test(line)).at(-1)?.trim() ?? lines.at(-1)?.trim() ?? 'it said nothing';
}

/** A port on 127.0.0.1 that is free now. Another program may take it before it is used, so callers try again. */
export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Starts on `port`, or on a free one: several are tried, as somebody else may take one between choosing and use. */
export async function onFreePort<T>(port: number | undefined, start: (port: number) => Promise<T>): Promise<T> {
  for (let left = 4; ; left--) {
    const chosen = port || (await freePort());
    try {
      return await start(chosen);
    } catch (error) {
      if (!(error instanceof EmbeddedError) || !TAKEN.test(error.message)) throw error;
      if (port || left === 0) throw new EmbeddedError('IN_USE', `port ${chosen} on 127.0.0.1 is in use by another program: choose another one`, { cause: error });
    }
  }
}

/** How Postgres and Redis say it. */
const TAKEN = /address already in use|could not create any TCP|could not bind/i;
