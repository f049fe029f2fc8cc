/** What every kind of probe needs: whom it asks, the connection it asks over, and the time it gives. */
import type { Duplex } from 'node:stream';
import type { Clock } from '#clock';
import type { Container } from '#objects';
import { RuntimeError } from '#runtime';
import type { ContainerRuntime } from '#runtime';
import { KubeletError } from '../errors.js';

/** `warning` is a success that is told; `unknown` an answer that could not be had, for which nobody is to blame but the question. */
export interface Answer {
  result: 'success' | 'warning' | 'failure' | 'unknown';
  /** For the event. */
  output: string;
}

export interface ProbeTarget {
  runtime: Pick<ContainerRuntime, 'execSync' | 'dial'>;
  /** The pod's clock. */
  clock: Clock;
  container: Container;
  containerId: string;
  sandboxId: string;
  podIP: string;
}

/** undefined: nothing listens there. */
export async function dialed(runtime: Pick<ContainerRuntime, 'dial'>, sandboxId: string, port: number): Promise<Duplex | undefined> {
  try {
    const connection = await runtime.dial(sandboxId, port);
    // Nobody is told of what happens to it once it is not needed any more.
    connection.on('error', () => undefined);
    return connection;
  } catch (error) {
    if (error instanceof RuntimeError && error.code === 'CONNECTION_REFUSED') return undefined;
    throw error;
  }
}

/** A runtime dials into the pod: other hosts cannot be reached from where probes come from. */
export function expectOwnHost(host: string | undefined, podIP: string): void {
  if (host && host !== podIP) throw new KubeletError('PROBE', `host "${host}" cannot be probed: only the pod's own address can; leave host out`);
}

/** A number, or the name of one of the container's ports. Source: pkg/probe/util.go. */
export function portNumber(port: string | number, container: Container): number {
  const named = container.ports?.find((one) => one.name === port)?.containerPort;
  const number = named ?? (/^[+-]?\d+$/.test(String(port)) ? Number(port) : undefined);
  if (number === undefined) throw new KubeletError('PROBE', `port "${port}" is not one of the container's ports`);
  if (number < 1 || number > 65535) throw new KubeletError('PROBE', `invalid port number: ${number}`);
  return number;
}

export const TIMED_OUT = Symbol('timed out');

/** What `run` gives, or TIMED_OUT after `timeoutMs` of `clock`; a connection that comes too late is closed. */
export async function within<T>(clock: Clock, timeoutMs: number, run: () => Promise<T>): Promise<T | typeof TIMED_OUT> {
  let cancel = () => {};
  let late = false;
  const timeout = new Promise<typeof TIMED_OUT>((resolve) => {
    cancel = clock.at(clock.now() + timeoutMs, () => {
      late = true;
      resolve(TIMED_OUT);
    });
  });
  const running = run();
  running.then((result) => late && destroy(result), () => undefined);
  try {
    return await Promise.race([running, timeout]);
  } finally {
    cancel();
  }
}

function destroy(result: unknown): void {
  if (result && typeof result === 'object' && 'destroy' in result && typeof result.destroy === 'function') result.destroy();
}
