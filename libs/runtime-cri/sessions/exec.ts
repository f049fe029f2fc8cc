import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { RuntimeError, type StreamSession } from '#runtime';
import type { CriClient } from '../grpc/client.js';
import type { Host } from '../host.js';
import { Fifos } from './fifos.js';

/** 128 + SIGKILL. */
const KILLED = 137;
const PROCESS = 'types.containerd.io/opencontainers/runtime-spec/1/Process';

export interface ExecRequest {
  command: string[];
  tty: boolean;
  stdin: boolean;
  stdout: boolean;
  stderr: boolean;
}

/** The part of an OCI runtime specification that matters here. */
interface OciProcess {
  args: string[];
  env?: string[];
  terminal?: boolean;
}

/**
 * An exec over containerd's task service, as CRI's own server makes one. CRI's streaming URL would do less: its websockets (v4) cannot
 * close stdin alone, so that `cat` never ends, and do not tell whether the command could be started.
 */
export async function execProcess(host: Host, containerId: string, request: ExecRequest): Promise<StreamSession> {
  const { client } = host;
  const { container } = await client.containers('Get', { id: containerId });
  const { process: base } = JSON.parse(container.spec.value.toString()) as { process: OciProcess };
  const env = (base.env ?? []).filter((entry) => !entry.startsWith('TERM='));
  const spec: OciProcess = { ...base, args: request.command, terminal: request.tty, env: request.tty ? [...env, 'TERM=xterm'] : env };
  const target = { containerId, execId: randomBytes(16).toString('hex') };
  const fifos = await Fifos.make(join(host.dataDir, 'exec'), { stdin: request.stdin, stdout: request.stdout || request.tty, stderr: request.stderr && !request.tty });
  const { stdin = '', stdout = '', stderr = '' } = fifos.paths;
  let exit: Promise<number>;
  try {
    await client.tasks('Exec', { ...target, stdin, stdout, stderr, terminal: request.tty, spec: { typeUrl: PROCESS, value: Buffer.from(JSON.stringify(spec)) } });
    // Before the start: one that has ended with its container afterwards could not be asked for any more.
    exit = exitOf(client, target);
    // Nobody is told of it where the start fails.
    exit.catch(() => undefined);
    try {
      await client.tasks('Start', target);
    } catch (error) {
      // The container has ended in this moment, perhaps by this very command: `kill 1`.
      if (error instanceof RuntimeError && error.code === 'NOT_FOUND') return await endedWithItsContainer(fifos);
      await client.tasks('DeleteProcess', target).catch((failed: Error) => host.warn(`an exec that could not start was not removed: ${failed.message}`));
      throw error;
    }
  } catch (error) {
    await fifos.close();
    throw error;
  }
  fifos.started();
  release(host, target, fifos, exit).catch((error: unknown) => host.warn(`an exec was not removed: ${String(error)}`));
  closeInputOnEnd(host, target, fifos);
  return {
    ...(fifos.stdin && { stdin: fifos.stdin }),
    ...(fifos.stdout && { stdout: fifos.stdout }),
    ...(fifos.stderr && { stderr: fifos.stderr }),
    resize: (width, height) => {
      if (request.tty) client.tasks('ResizePty', { ...target, width, height }).catch(unlessEnded(host, 'a terminal was not resized'));
    },
    exit,
    close: () => {
      for (const socket of [fifos.stdin, fifos.stdout, fifos.stderr]) socket?.destroy();
    },
  };
}

async function endedWithItsContainer(fifos: Fifos): Promise<StreamSession> {
  await fifos.close();
  return { resize: () => undefined, exit: Promise.resolve(KILLED), close: () => undefined };
}

type Target = { containerId: string; execId: string };

/** A process whose container goes is killed with it. */
async function exitOf(client: CriClient, target: Target): Promise<number> {
  try {
    return (await client.tasks('Wait', target)).exitStatus;
  } catch (error) {
    if (error instanceof RuntimeError && error.code === 'NOT_FOUND') return KILLED;
    throw error;
  }
}

/** When the process has ended and its output has been read (containerd drops what is unread when the process is deleted), all of it goes. */
async function release(host: Host, target: Target, fifos: Fifos, exit: Promise<number>): Promise<void> {
  await Promise.allSettled([exit, ...[fifos.stdout, fifos.stderr].map((output) => output && finished(output, { writable: false }))]);
  await fifos.close();
  // Where the container is gone, its processes are.
  await host.client.tasks('DeleteProcess', target).catch((error: { code?: string }) => {
    if (error.code !== 'NOT_FOUND' && error.code !== 'UNAVAILABLE') throw error;
  });
}

/** containerd holds an end of the process's stdin too, until it is told to close it. */
function closeInputOnEnd(host: Host, target: Target, { stdin }: Fifos): void {
  // A process that does not read its input to the end is ordinary.
  stdin?.on('error', () => undefined);
  stdin?.on('close', () => {
    host.client.tasks('CloseIO', { ...target, stdin: true }).catch(unlessEnded(host, "an exec's stdin was not closed"));
  });
}

/** The process may end at any moment. */
const unlessEnded = (host: Host, what: string) => (error: Error & { code?: string }) => {
  if (error.code !== 'NOT_FOUND' && error.code !== 'NOT_RUNNING') host.warn(`${what}: ${error.message}`);
};
