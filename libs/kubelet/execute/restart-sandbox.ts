import type { ContainerRuntime } from '#runtime';
import type { RequestCause } from '#store';
import type { PodRecord, Trigger } from '../pods/pod-record.js';

/**
 * Stops the pod's sandbox because somebody wants it made anew; what follows is decided as if it had stopped by itself. Resolves with why it cannot be.
 * `sync` resolves when the pod has been looked at after that.
 */
export async function restartSandbox(runtime: ContainerRuntime, record: PodRecord | undefined, request: RequestCause, sync: (record: PodRecord, trigger: Trigger) => Promise<void>): Promise<string | undefined> {
  if (!record) return 'it is not on this node';
  const { phase } = record.pod.status;
  if (record.pod.metadata.deletionTimestamp) return 'it is being deleted';
  if (phase === 'Succeeded' || phase === 'Failed') return `it has ended (${phase})`;
  const ready = (await runtime.listPodSandboxes({ podUid: record.uid })).find(({ state }) => state === 'READY');
  if (!ready) return 'it has none that is ready';
  const trigger: Trigger = { what: 'runtime', detail: 'the sandbox was stopped on request', request };
  for (const { id, metadata, state } of await runtime.listContainers({ podUid: record.uid })) {
    if (state === 'RUNNING') record.stops.set(metadata.name, { containerId: id, because: trigger.detail, request });
  }
  await runtime.stopPodSandbox(ready.id);
  await sync(record, trigger);
  return undefined;
}
