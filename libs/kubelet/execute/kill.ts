import { failedPreStop, httpFallback, killing } from '#lifecycle';
import type { PodAction } from '#lifecycle';
import type { ContainerRuntime } from '#runtime';
import { messageOf } from '../errors.js';
import type { PodRecord } from '../pods/pod-record.js';
import { containerOf } from './container-of.js';
import { runHook } from './hook.js';
import type { HookTarget, LifecycleHandler } from './hook.js';

type KillAction = Pick<Extract<PodAction, { type: 'killContainer' }>, 'container' | 'containerId' | 'kind' | 'message' | 'graceMs'>;

/** What a container gets to end in, however long its preStop hook took. Source: minimumGracePeriodInSeconds in kuberuntime_manager.go. */
const LEAST_GRACE_MS = 2_000;

/** Stops containers: preStop hook, stop signal, grace, SIGKILL. Each stop only begins here, and its end wakes a sync. */
export class Killer {
  constructor(
    private readonly runtime: ContainerRuntime,
    private readonly log: (line: string) => void,
  ) {}

  /** `done` when the container has exited, or the runtime would not stop it. Asked again while it is being stopped: with a shorter grace. */
  begin(record: PodRecord, kill: KillAction, done: () => void): void {
    const again = record.killing.has(kill.containerId);
    if (!again) record.event(killing(kill.message), kill);
    record.killing.add(kill.containerId);
    void this.stop(record, kill, again)
      .catch((error: unknown) => this.log(`stopping container ${kill.container} of pod ${record.namespace}/${record.name} failed: ${messageOf(error)}`))
      .finally(() => {
        if (record.killing.delete(kill.containerId)) done();
      });
  }

  private async stop(record: PodRecord, kill: KillAction, again: boolean): Promise<void> {
    const preStop = containerOf(record.pod, kill.container)?.lifecycle?.preStop;
    let left = kill.graceMs;
    if (preStop && !again && kill.graceMs > 0) {
      const from = record.clock.now();
      await this.preStop(record, kill, preStop);
      left = Math.max(kill.graceMs - (record.clock.now() - from), LEAST_GRACE_MS);
    }
    await this.runtime.stopContainer(kill.containerId, left);
  }

  private async preStop(record: PodRecord, kill: KillAction, handler: LifecycleHandler): Promise<void> {
    const where = `preStop hook of container ${kill.container} of pod ${record.namespace}/${record.name}`;
    try {
      const container = containerOf(record.pod, kill.container);
      const [listed] = (await this.runtime.listContainers({ podUid: record.uid })).filter((one) => one.id === kill.containerId);
      if (!container || listed?.state !== 'RUNNING') return;
      const target = await hookTarget(this.runtime, record, kill, { container, sandboxId: listed.sandboxId });
      const ended = await runHook(handler, target, kill.graceMs);
      if (ended === 'timed out') this.log(`${where} has not ended within the grace period`);
    } catch (error) {
      record.event(failedPreStop('PreStopHook failed'), kill);
      this.log(`${where} failed: ${messageOf(error)}`);
    }
  }
}

/** Whom a hook of a pod's container asks. */
export async function hookTarget(
  runtime: ContainerRuntime,
  record: PodRecord,
  { container: name, containerId, kind }: Pick<KillAction, 'container' | 'containerId' | 'kind'>,
  { container, sandboxId }: Pick<HookTarget, 'container' | 'sandboxId'>,
): Promise<HookTarget> {
  const sandboxes = await runtime.listPodSandboxes({ podUid: record.uid });
  const podIP = sandboxes.find((one) => one.id === sandboxId)?.ip || record.pod.status.podIP || '127.0.0.1';
  const fellBack = (host: string) => record.event(httpFallback(host), { container: name, kind });
  return { runtime, clock: record.clock, container, containerId, sandboxId, podIP, fellBack };
}
