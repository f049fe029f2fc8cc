import type { ObservedPod } from '#lifecycle';
import type { ContainerRuntime, PodSandbox, RuntimeContainer } from '#runtime';
import type { ImagePuller } from '../execute/images.js';
import type { PodRecord } from '../pods/pod-record.js';
import type { TerminationMessages } from '../execute/termination-messages.js';
import type { Prober } from '../probes/prober.js';

export interface Sources {
  runtime: ContainerRuntime;
  runtimeName: string;
  images: ImagePuller;
  hostIP: string;
  prober: Prober;
  messages: TerminationMessages;
}

/** Everything that is known of a pod at this moment. */
export async function observe({ runtime, runtimeName, images, hostIP, prober, messages }: Sources, record: PodRecord): Promise<ObservedPod> {
  const filter = { podUid: record.uid };
  const [sandboxes, listed] = await Promise.all([runtime.listPodSandboxes(filter), runtime.listContainers(filter)]);
  record.seen = signature(sandboxes, listed);
  const containers = await messages.fill(record, listed);
  return {
    sandboxes,
    containers,
    runtimeName,
    images: await images.states(record, containers),
    pulled: record.pulled,
    probes: prober.observe(record, sandboxes, containers),
    killing: [...record.killing],
    startErrors: record.startErrors,
    hooks: [...record.hooks],
    volumesReady: record.volumes.ready,
    given: record.given,
    ...(record.resizeError && { resizeError: record.resizeError }),
    ...(record.eviction !== undefined && { eviction: record.eviction }),
    hostIP,
    memo: record.memo,
  };
}

/** What a relist compares. */
export const signature = (sandboxes: PodSandbox[], containers: RuntimeContainer[]): string =>
  [...sandboxes.map((one) => `${one.id} ${one.state}`), ...containers.map((one) => `${one.id} ${one.state}`)].sort().join('\n');
