/** Lifecycle handlers: what a postStart or preStop hook does. Source: pkg/kubelet/lifecycle/handlers.go. */
import { sleep } from '#clock';
import { podText } from '#lifecycle';
import type { Container, Pod } from '#objects';
import { KubeletError } from '../errors.js';
import { exchange, headersOf, urlOf } from '../probes/http.js';
import { expectOwnHost, portNumber, TIMED_OUT, within } from '../probes/target.js';
import type { ProbeTarget } from '../probes/target.js';

export type LifecycleHandler = NonNullable<NonNullable<Container['lifecycle']>['postStart']> & { sleep?: { seconds: number } };

export interface HookTarget extends ProbeTarget {
  /** The hook asked for HTTPS, and has been answered in plain HTTP by `host`. */
  fellBack(host: string): void;
}

/** What the state of a container whose postStart hook failed says. */
export function hookFailure(handler: LifecycleHandler, pod: Pod, container: string, error: string): string {
  const where = `for Container "${container}" in Pod "${podText(pod)}" failed - error: ${error}`;
  if (handler.exec) return `Exec lifecycle hook (${goList(handler.exec.command ?? [])}) ${where}, message: ""`;
  return handler.httpGet ? `HTTP lifecycle hook (${handler.httpGet.path ?? ''}) ${where}` : error;
}

const goList = (list: string[]): string => `[${list.join(' ')}]`;

/** Runs a hook to its end. `timed out`: it has not ended after `timeoutMs` (0: no limit), which is no failure. @throws when it fails. */
export async function runHook(handler: LifecycleHandler, target: HookTarget, timeoutMs: number): Promise<'done' | 'timed out'> {
  if (timeoutMs === 0) {
    await run(handler, target, new AbortController().signal);
    return 'done';
  }
  const abort = new AbortController();
  const ended = await within(target.clock, timeoutMs, () => run(handler, target, abort.signal));
  if (ended !== TIMED_OUT) return 'done';
  // A command goes on, as on Kubernetes: the container's end is its end.
  abort.abort();
  return 'timed out';
}

async function run(handler: LifecycleHandler, target: HookTarget, signal: AbortSignal): Promise<void> {
  if (handler.exec) {
    const command = handler.exec.command ?? [];
    const { exitCode } = await target.runtime.execSync(target.containerId, command, 0);
    if (exitCode !== 0) throw new KubeletError('HOOK', `command '${command.join(' ')}' exited with ${exitCode}`);
  } else if (handler.httpGet) {
    await httpGet(handler.httpGet, target, signal);
  } else if (handler.sleep) {
    await sleep(target.clock, handler.sleep.seconds * 1000);
  } else {
    // tcpSocket is let in for old manifests alone, and has never worked on Kubernetes either.
    throw new KubeletError('HOOK', 'Cannot run handler: invalid handler');
  }
}

/** Whatever is answered is good: it only has to be an answer. */
async function httpGet(action: NonNullable<LifecycleHandler['httpGet']>, target: HookTarget, signal: AbortSignal): Promise<void> {
  expectOwnHost(action.host, target.podIP);
  const place = { podIP: target.podIP, port: portNumber(action.port, target.container) };
  const headers = headersOf(action, place, 'kube-lifecycle/1.35');
  const exchanged = await exchange(urlOf(action, place), headers, target, signal);
  if ('reply' in exchanged) return;
  if (!exchanged.plain) throw new KubeletError('HOOK', exchanged.error);
  const { authorization: _secret, ...bare } = headers;
  const again = await exchange(urlOf(action, place, 'HTTP'), bare, target, signal);
  if (!('reply' in again)) throw new KubeletError('HOOK', exchanged.error);
  target.fellBack(`${place.podIP}:${place.port}`);
}
