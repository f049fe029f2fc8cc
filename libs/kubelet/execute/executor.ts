import { allocatedPod, failedPostStart, killedByPostStart, runtimeResources, stopping } from '#lifecycle';
import type { ContainerKind, PodAction } from '#lifecycle';
import type { ContainerRuntime, ServiceEntry } from '#runtime';
import type { Store } from '#store';
import { messageOf } from '../errors.js';
import type { PodRecord, Trigger } from '../pods/pod-record.js';
import { containerOf } from './container-of.js';
import { startContainer } from './containers.js';
import { hookFailure, runHook } from './hook.js';
import { resolveContainer } from './resolve-container.js';
import type { ImagePuller } from './images.js';
import { hookTarget } from './kill.js';
import type { Killer } from './kill.js';
import { removeOldLogs, removePodLogs } from './logs.js';
import { createSandbox } from './sandbox.js';
import type { SandboxSettings } from './sandbox.js';
import { prepareVolumes, refreshVolumes } from './volumes.js';

export interface ExecutorParts {
  runtime: ContainerRuntime;
  store: Store;
  images: ImagePuller;
  killer: Killer;
  settings: SandboxSettings & { node: string; nodeIp: string; hostPaths: string[]; capacity: Readonly<Record<string, string>> };
  /** The Services, for environments. */
  services: () => readonly ServiceEntry[];
  /** An operation of the pod has ended. */
  ended: (record: PodRecord, trigger: Trigger) => void;
}

export interface Executed {
  /** Something was done that a new decision must see. */
  progressed: boolean;
  /** The pod has ended and been cleaned up: its object may go. */
  finalize: boolean;
}

/** Carries out what was decided, in order. Operations (pulls, graceful stops) only begin here. Throws what the runtime throws. */
export class Executor {
  constructor(private readonly parts: ExecutorParts) {}

  async run(record: PodRecord, actions: PodAction[]): Promise<Executed> {
    const result: Executed = { progressed: false, finalize: false };
    for (const action of actions) {
      if (action.type === 'finalizePod') result.finalize = true;
      else if (await this.one(record, action)) result.progressed = true;
    }
    return result;
  }

  /** Puts new tokens into the pod's volumes when it is time. */
  async renewTokens(record: PodRecord): Promise<void> {
    const { renewAt, ready } = record.volumes;
    if (!ready || renewAt === undefined || record.clock.now() < renewAt) return;
    await refreshVolumes(this.parts.runtime, this.parts.store, this.parts.settings, record);
  }

  /** The pod's object is gone: so is now all that it left on this node. */
  async cleanUp(record: PodRecord): Promise<void> {
    const { runtime, settings } = this.parts;
    await removeFromRuntime(runtime, record.uid);
    await removePodLogs(settings.dataDir, record);
  }

  private async start(record: PodRecord, action: Extract<PodAction, { type: 'startContainer' }>): Promise<void> {
    const { runtime, store, services, settings } = this.parts;
    const [sandbox] = await runtime.listPodSandboxes({ podUid: record.uid });
    if (!sandbox) throw new Error(`there is no sandbox to start container ${action.container} in`);
    const pod = allocatedPod(record.pod, record.memo);
    const id = await startContainer(runtime, record, action, sandbox.id, () => resolveContainer({ store, runtime, node: settings.node, podIP: sandbox.ip, hostIP: settings.nodeIp, services: services(), offers: settings }, record, pod, action));
    const resources = containerOf(pod, action.container)?.resources;
    if (id && resources) record.given[id] = resources;
    await removeOldLogs(settings.dataDir, record, action.container, action.attempt);
    if (id) await this.postStart(record, action, id, sandbox.id);
  }

  private async updateResources(record: PodRecord, { containerId, resources }: Extract<PodAction, { type: 'updateResources' }>): Promise<void> {
    try {
      await this.parts.runtime.updateContainerResources(containerId, runtimeResources(resources));
      record.given[containerId] = resources;
      record.resizeError = undefined;
    } catch (error) {
      record.resizeError = { message: messageOf(error), at: record.clock.now() };
    }
  }

  /** (operation) Begins the container's postStart hook, if it has one; a container whose hook fails is killed. */
  private async postStart(record: PodRecord, { container: name, kind }: { container: string; kind: ContainerKind }, containerId: string, sandboxId: string): Promise<void> {
    const { runtime, killer, ended } = this.parts;
    const container = containerOf(record.pod, name);
    const handler = container?.lifecycle?.postStart;
    if (!container || !handler) return;
    const finished: Trigger = { what: 'runtime', detail: `the postStart hook of container ${name} ended`, id: containerId };
    record.hooks.add(name);
    const target = await hookTarget(runtime, record, { container: name, containerId, kind }, { container, sandboxId });
    runHook(handler, target, 0)
      .catch((error: unknown) => {
        record.startErrors[name] = { reason: 'PostStartHookError', message: hookFailure(handler, record.pod, name, messageOf(error)), at: record.clock.now() };
        record.event(failedPostStart('PostStartHook failed'), { container: name, kind });
        const graceMs = (record.pod.spec.terminationGracePeriodSeconds ?? 30) * 1000;
        killer.begin(record, { container: name, containerId, kind, message: killedByPostStart, graceMs }, () => ended(record, { ...finished, what: 'container-exit' }));
      })
      .finally(() => {
        record.hooks.delete(name);
        ended(record, finished);
      });
  }

  /** Whether there is something new for a decision to see now. */
  private async one(record: PodRecord, action: Exclude<PodAction, { type: 'finalizePod' }>): Promise<boolean> {
    const { runtime, store, images, killer, settings, ended } = this.parts;
    switch (action.type) {
      case 'createSandbox':
        await createSandbox(runtime, record, action.attempt, settings);
        return true;
      case 'prepareVolumes':
        // A decision asks for volumes as long as they are not ready: a failed one is tried again when its wait is over.
        if (record.volumes.retryAt !== undefined && record.clock.now() < record.volumes.retryAt) return false;
        await prepareVolumes(runtime, store, settings, record);
        return record.volumes.ready;
      case 'pullImage':
        images.begin(record, action, () => ended(record, { what: 'runtime', detail: `the pull of ${action.image} ended` }));
        return false;
      case 'startContainer':
        await this.start(record, action);
        return true;
      case 'killContainer':
        noteStop(record, action);
        killer.begin(record, action, () => ended(record, { what: 'container-exit', detail: `container ${action.container} has been stopped`, id: action.containerId, container: action.container }));
        return false;
      case 'stopSandbox':
        await runtime.stopPodSandbox(action.sandboxId);
        return true;
      case 'removeSandbox':
        await runtime.removePodSandbox(action.sandboxId);
        return true;
      case 'updateResources':
        await this.updateResources(record, action);
        return true;
      case 'removeContainer':
        delete record.given[action.containerId];
        await runtime.removeContainer(action.containerId);
        return true;
      case 'event':
        record.event({ type: action.eventType, reason: action.reason, message: action.message }, aboutContainer(action));
        return false;
    }
  }
}

/** Notes why a container is stopped. */
function noteStop(record: PodRecord, { container, containerId, reason, message }: Extract<PodAction, { type: 'killContainer' }>): void {
  const probe = reason === 'liveness' || reason === 'startup' ? reason : undefined;
  if (message !== stopping(container)) record.stops.set(container, { containerId, because: message, ...(probe && { probe }) });
}

const aboutContainer = ({ container, kind }: Extract<PodAction, { type: 'event' }>) => (container && kind ? { container, kind } : undefined);

/** Ends and removes all that a runtime has of a pod. */
export async function removeFromRuntime(runtime: ContainerRuntime, podUid: string): Promise<void> {
  for (const sandbox of await runtime.listPodSandboxes({ podUid })) {
    if (sandbox.state === 'READY') await runtime.stopPodSandbox(sandbox.id);
    await runtime.removePodSandbox(sandbox.id);
  }
  await runtime.removeVolumes(podUid);
}
