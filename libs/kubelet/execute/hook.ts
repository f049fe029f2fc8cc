/** Lifecycle handlers: what a postStart or preStop hook does. Source: pkg/kubelet/lifecycle/handlers.go. */
import { request } from 'node:http';
import type { Clock } from '#clock';
import { sleep } from '#clock';
import type { Container } from '#objects';
import type { ContainerRuntime } from '#runtime';
import { KubeletError } from '../errors.js';

export type LifecycleHandler = NonNullable<NonNullable<Container['lifecycle']>['postStart']> & { sleep?: { seconds: number } };

export interface HookTarget {
  runtime: Pick<ContainerRuntime, 'execSync' | 'dial'>;
  /** The pod's clock. */
  clock: Clock;
  container: Container;
  containerId: string;
  sandboxId: string;
}

/** What is read of an answer at most: it only has to be there. */
const OK_BELOW = 400;

/** Runs a hook to its end. @throws when it fails, or has not ended after `timeoutMs` (0: no limit). */
export async function runHook(handler: LifecycleHandler, target: HookTarget, timeoutMs: number): Promise<void> {
  const { runtime, clock, containerId } = target;
  if (handler.exec) {
    const { exitCode } = await runtime.execSync(containerId, handler.exec.command ?? [], timeoutMs);
    if (exitCode !== 0) throw new KubeletError('HOOK', `command '${(handler.exec.command ?? []).join(' ')}' exited with ${exitCode}`);
  } else if (handler.httpGet) {
    await within(clock, timeoutMs, (signal) => httpGet(handler.httpGet!, target, signal));
  } else if (handler.sleep) {
    const ms = handler.sleep.seconds * 1000;
    await sleep(clock, timeoutMs > 0 ? Math.min(ms, timeoutMs) : ms);
  } else {
    // tcpSocket is let in for old manifests alone, and has never worked on Kubernetes either.
    throw new KubeletError('HOOK', 'a hook is exec, httpGet or sleep');
  }
}

async function httpGet(action: NonNullable<LifecycleHandler['httpGet']>, target: HookTarget, signal: AbortSignal): Promise<void> {
  const port = portNumber(action.port, target.container);
  if (action.scheme === 'HTTPS') throw new KubeletError('HOOK', 'httpGet with scheme HTTPS is not supported');
  const connection = await target.runtime.dial(target.sandboxId, port);
  const headers = Object.fromEntries((action.httpHeaders ?? []).map(({ name, value }) => [name, value]));
  await new Promise<void>((resolve, reject) => {
    const path = action.path?.startsWith('/') ? action.path : `/${action.path ?? ''}`;
    const sent = request({ path, port, host: action.host || 'localhost', headers, signal, createConnection: () => connection as never }, (answer) => {
      answer.resume();
      const code = answer.statusCode ?? 0;
      if (code < OK_BELOW) resolve();
      else reject(new KubeletError('HOOK', `HTTP request failed with statuscode: ${code}`));
    });
    sent.once('error', reject);
    sent.end();
  }).finally(() => connection.destroy());
}

function portNumber(port: string | number, container: Container): number {
  const number = typeof port === 'number' ? port : (container.ports?.find((one) => one.name === port)?.containerPort ?? Number(port));
  if (!Number.isInteger(number) || number < 1 || number > 65535) throw new KubeletError('HOOK', `couldn't find port: ${port}`);
  return number;
}

async function within<T>(clock: Clock, timeoutMs: number, run: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const abort = new AbortController();
  const cancel = timeoutMs > 0 ? clock.at(clock.now() + timeoutMs, () => abort.abort(new KubeletError('HOOK', `timed out after ${timeoutMs} ms`))) : () => undefined;
  try {
    return await run(abort.signal);
  } finally {
    cancel();
  }
}
