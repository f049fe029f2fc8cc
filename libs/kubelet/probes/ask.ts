/** Asks a probe's question once. Source: runProbe in pkg/kubelet/prober/prober.go; pkg/probe/{exec,http,tcp}. */
import type { Duplex } from 'node:stream';
import type { Clock } from '#clock';
import { expand } from '#lifecycle';
import { goDuration } from '#objects';
import type { Container } from '#objects';
import { RuntimeError } from '#runtime';
import type { ContainerRuntime } from '#runtime';
import { KubeletError, messageOf } from '../errors.js';
import { askHttp } from './http.js';
import type { Probe } from './run-probes.js';

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

/** What is kept of what a command says. Source: maxReadLength in pkg/probe/exec/exec.go. */
const MOST_OUTPUT = 10 * 1024;

/** Never throws. */
export async function ask(probe: Probe, target: ProbeTarget): Promise<Answer> {
  const timeoutMs = (probe.timeoutSeconds ?? 1) * 1000;
  try {
    if (probe.exec) return await askCommand(probe.exec.command ?? [], target, timeoutMs);
    if (probe.httpGet) return await askHttp(probe.httpGet, { ...target, port: portNumber(probe.httpGet.port, target.container), timeoutMs });
    if (probe.tcpSocket) return await askPort(probe.tcpSocket, target, timeoutMs);
    return { result: 'unknown', output: `${probe.grpc ? 'grpc probes are' : 'this kind of probe is'} not supported yet: use exec, httpGet or tcpSocket` };
  } catch (error) {
    return { result: 'unknown', output: messageOf(error) };
  }
}

async function askCommand(command: string[], { runtime, container, containerId }: ProbeTarget, timeoutMs: number): Promise<Answer> {
  // Only what the spec says outright is put in, as by the kubelet.
  const values = new Map((container.env ?? []).filter((one) => one.value !== undefined).map((one) => [one.name, one.value]));
  const words = command.map((word) => expand(word, (name) => values.get(name)));
  try {
    const { exitCode, stdout, stderr } = await runtime.execSync(containerId, words, timeoutMs);
    const output = Buffer.concat([stdout, stderr]).subarray(0, MOST_OUTPUT).toString();
    return { result: exitCode === 0 ? 'success' : 'failure', output };
  } catch (error) {
    if (!(error instanceof RuntimeError) || error.code !== 'TIMEOUT') throw error;
    return { result: 'failure', output: `command timed out: "${words.join(' ')}" timed out after ${goDuration(timeoutMs)}` };
  }
}

async function askPort({ port, host }: NonNullable<Probe['tcpSocket']>, target: ProbeTarget, timeoutMs: number): Promise<Answer> {
  const { runtime, clock, sandboxId, podIP } = target;
  const number = portNumber(port, target.container);
  expectOwnHost(host, podIP);
  const what = `dial tcp ${podIP}:${number}`;
  const opened = await within(clock, timeoutMs, () => dialed(runtime, sandboxId, number));
  if (opened === TIMED_OUT) return { result: 'failure', output: `${what}: i/o timeout` };
  if (!opened) return { result: 'failure', output: `${what}: connect: connection refused` };
  opened.destroy();
  return { result: 'success', output: '' };
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
