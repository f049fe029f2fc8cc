/**
 * A world to try decisions in: it carries out a decision's actions on plain data at once, as a node would, and writes the status
 * back. For the specs of this lib: it shows what a sequence of decisions leads to.
 */
import type { Container, ObjectMeta, Pod, PodSpec, PodStatus } from '#objects';
import type { RuntimeContainer } from '#runtime';
import { computePodActions } from '../actions.js';
import { podColumns } from '../display.js';
import { allocatedPod } from '../resize/allocation.js';
import { computePodStatus } from '../status/pod-status.js';
import type { PodEvent, PodState } from '../timeline/types.js';
import type { ObservedPod, PodAction } from '../types.js';
import { NEW_MEMO } from '../types.js';

export const START = Date.parse('2026-01-01T00:00:00Z');

export function testPod(spec: PodSpec, metadata: Partial<ObjectMeta> = {}): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'pod', namespace: 'default', uid: 'uid-1', resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z', generation: 1, ...metadata },
    spec: { restartPolicy: 'Always', terminationGracePeriodSeconds: 30, ...spec },
    status: { phase: 'Pending', qosClass: 'BestEffort' },
  };
}

export function nothingObserved(): ObservedPod {
  return {
    sandboxes: [],
    containers: [],
    runtimeName: 'virtual',
    images: {},
    pulled: {},
    probes: {},
    killing: [],
    startErrors: {},
    hooks: [],
    volumesReady: false,
    hostIP: '192.168.0.1',
    memo: NEW_MEMO,
  };
}

export class World {
  readonly pod: Pod;
  readonly observed = nothingObserved();
  now = START;
  /** What `kubectl get pod -w` showed: READY STATUS RESTARTS, a line a change. */
  readonly steps: string[] = [];
  readonly events: string[] = [];
  /** What the change log would keep of the pod, and its events. */
  readonly states: PodState[] = [];
  readonly told: PodEvent[] = [];
  /** Every action that was carried out, events aside. */
  readonly done: string[] = [];
  finalized = false;
  requeueAt?: number;
  /** Images that cannot be pulled, with the error. */
  readonly broken = new Map<string, string>();
  /** Containers that succeed in the moment of their start. */
  readonly brief = new Set<string>();
  /** Containers take until `killed()` to end. */
  slowKills = false;
  /** postStart hooks take until `hookEnded()`. */
  hooksRun = false;
  /** Why the runtime cannot give containers other resources. */
  cannotResize?: string;
  /** Called with each status that is written. */
  watch?: (status: PodStatus) => void;
  private serial = 0;

  constructor(spec: PodSpec, metadata: Partial<ObjectMeta> = {}) {
    this.pod = testPod(spec, metadata);
    this.record();
  }

  private record(): void {
    this.states.push({ at: this.now, pod: structuredClone(this.pod), deleted: false });
  }

  /** Syncs until nothing changes any more at this moment. */
  settle(): this {
    for (let round = 0; round < 50 && !this.finalized; round += 1) {
      const decision = computePodActions(this.pod, this.observed, this.now);
      this.observed.memo = decision.memo;
      for (const action of decision.actions) this.carryOut(action);
      const before = JSON.stringify(this.pod.status);
      this.pod.status = JSON.parse(JSON.stringify(computePodStatus(this.pod, this.observed, this.now)));
      if (!this.finalized && before !== JSON.stringify(this.pod.status)) this.record();
      this.watch?.(this.pod.status);
      const line = this.columns();
      if (this.steps.at(-1) !== line) this.steps.push(line);
      this.requeueAt = decision.requeueAt;
      const quiet = decision.actions.every((action) => action.type === 'event');
      if (quiet && before === JSON.stringify(this.pod.status) && !(decision.requeueAt !== undefined && decision.requeueAt <= this.now)) return this;
    }
    if (this.finalized) return this;
    throw new Error(`no rest after 50 rounds: ${this.done.slice(-10).join(', ')}`);
  }

  /** Goes to each moment that the decisions asked for, up to `ms` from now. */
  pass(ms: number): this {
    const until = this.now + ms;
    while (this.requeueAt !== undefined && this.requeueAt > this.now && this.requeueAt <= until) {
      this.now = this.requeueAt;
      this.settle();
    }
    this.now = until;
    return this.settle();
  }

  /** The container's process ends now. */
  exit(name: string, exitCode: number, reason = ''): this {
    return this.exitUnreported(name, exitCode, reason).settle();
  }

  hookEnded(name: string): this {
    this.observed.hooks = this.observed.hooks.filter((other) => other !== name);
    return this.settle();
  }

  /** As exit, before the next sync. */
  exitUnreported(name: string, exitCode: number, reason = ''): this {
    const container = this.observed.containers.find((other) => other.metadata.name === name && other.state === 'RUNNING');
    if (!container) throw new Error(`${name} is not running`);
    Object.assign(container, { state: 'EXITED', exitCode, reason, finishedAt: this.now });
    return this;
  }

  /** The node and all that ran on it is gone; what the store knows remains. */
  reboot(): this {
    Object.assign(this.observed, { sandboxes: [], containers: [], pulled: {}, killing: [], startErrors: {}, volumesReady: false });
    return this.settle();
  }

  /** The pause process ends, and with it (shared process namespace) everything in the sandbox. */
  killPause(): this {
    this.observed.sandboxes[0]!.state = 'NOTREADY';
    for (const container of this.observed.containers) {
      if (container.state === 'RUNNING') Object.assign(container, { state: 'EXITED', exitCode: 137, reason: 'Error', finishedAt: this.now });
    }
    return this.settle();
  }

  delete(graceSeconds = 30): this {
    Object.assign(this.pod.metadata, { deletionTimestamp: new Date(this.now + graceSeconds * 1000).toISOString(), deletionGracePeriodSeconds: graceSeconds });
    this.record();
    return this.settle();
  }

  running(): string[] {
    return this.observed.containers.filter((container) => container.state === 'RUNNING').map((container) => container.metadata.name).sort();
  }

  columns(): string {
    const { ready, status, restarts } = podColumns(this.pod, this.now);
    return `${ready} ${status} ${restarts}`;
  }

  status(name: string) {
    return [...(this.pod.status.initContainerStatuses ?? []), ...(this.pod.status.containerStatuses ?? [])].find((status) => status.name === name)!;
  }

  condition(type: string): string {
    const condition = this.pod.status.conditions?.find((other) => other.type === type);
    return [condition?.status, condition?.reason, condition?.message].filter(Boolean).join(' ');
  }

  /** Ends, with `slowKills`, a container that is being killed. */
  killed(name: string): this {
    this.endKilled(this.observed.containers.find((container) => container.metadata.name === name && this.observed.killing.includes(container.id))!.id);
    return this.settle();
  }

  private endKilled(id: string): void {
    const container = this.observed.containers.find((other) => other.id === id)!;
    Object.assign(container, { state: 'EXITED', exitCode: 143, reason: 'Error', finishedAt: this.now });
    this.observed.killing = this.observed.killing.filter((other) => other !== id);
  }

  private carryOut(action: PodAction): void {
    const { observed, now } = this;
    if (action.type === 'event') {
      this.events.push(`${action.reason}: ${action.message}`);
      this.told.push({ reason: action.reason, message: action.message, first: now, last: now, count: 1, ...(action.container && { container: action.container }) });
      return;
    }
    this.done.push(describe(action));
    switch (action.type) {
      case 'prepareVolumes':
        observed.volumesReady = true;
        break;
      case 'createSandbox': {
        const metadata = { namespace: 'default', name: 'pod', uid: 'uid-1', attempt: action.attempt };
        observed.sandboxes.unshift({ id: `s${action.attempt}`, metadata, state: 'READY', createdAt: now, ip: '10.0.0.1', labels: {}, annotations: {} });
        break;
      }
      case 'stopSandbox':
        observed.sandboxes.find((sandbox) => sandbox.id === action.sandboxId)!.state = 'NOTREADY';
        break;
      case 'removeSandbox':
        observed.sandboxes = observed.sandboxes.filter((sandbox) => sandbox.id !== action.sandboxId);
        break;
      case 'updateResources':
        if (this.cannotResize) observed.resizeError = { message: this.cannotResize, at: now };
        else {
          observed.given = { ...observed.given, [action.containerId]: action.resources };
          delete observed.resizeError;
        }
        break;
      case 'removeContainer':
        observed.containers = observed.containers.filter((container) => container.id !== action.containerId);
        break;
      case 'pullImage': {
        const error = this.broken.get(action.image);
        const known = observed.images[action.image];
        const delay = known?.state === 'failed' ? Math.min((known.retryAt - known.at) * 2, 300_000) : 10_000;
        if (error) observed.images[action.image] = { state: 'failed', reason: 'ErrImagePull', message: error, at: now, retryAt: now + delay };
        else {
          observed.images[action.image] = { state: 'present', ref: `sha256:${action.image}` };
          observed.pulled[action.container] = action.attempt;
        }
        break;
      }
      case 'startContainer':
        delete observed.startErrors[action.container];
        observed.containers.unshift(this.container(action.container, action.attempt));
        observed.given = { ...observed.given, [observed.containers[0]!.id]: this.allocated(action.container) };
        if (this.hooksRun && this.spec(action.container).lifecycle?.postStart) observed.hooks.push(action.container);
        if (this.brief.has(action.container)) Object.assign(observed.containers[0]!, { state: 'EXITED', exitCode: 0, reason: 'Completed', finishedAt: this.now });
        break;
      case 'killContainer':
        this.events.push(`Killing: ${action.message}`);
        observed.killing = [...new Set([...observed.killing, action.containerId])];
        if (!this.slowKills) this.endKilled(action.containerId);
        break;
      case 'finalizePod':
        this.finalized = true;
        // The node writes the last status with the removal.
        this.states.push({ at: now, pod: structuredClone({ ...this.pod, status: computePodStatus(this.pod, observed, now) }), deleted: true });
        this.observed.sandboxes = [];
        this.observed.containers = [];
    }
  }

  private spec(name: string): Container {
    const { initContainers = [], containers, ephemeralContainers = [] } = this.pod.spec;
    return [...initContainers, ...containers, ...ephemeralContainers].find((container) => container.name === name)!;
  }

  private allocated(name: string) {
    const { initContainers = [], containers } = allocatedPod(this.pod, this.observed.memo).spec;
    return [...initContainers, ...containers].find((container) => container.name === name)?.resources ?? {};
  }

  private container(name: string, attempt: number): RuntimeContainer {
    const spec = this.spec(name);
    return {
      id: `${name}-${attempt}-${(this.serial += 1)}`,
      sandboxId: this.observed.sandboxes[0]!.id,
      metadata: { name, attempt },
      image: spec.image ?? '',
      imageRef: `sha256:${spec.image}`,
      state: 'RUNNING',
      createdAt: this.now,
      startedAt: this.now,
      finishedAt: 0,
      exitCode: 0,
      reason: '',
      message: '',
      labels: {},
      annotations: {},
      logPath: `${name}/${attempt}.log`,
    };
  }
}

function describe(action: PodAction): string {
  switch (action.type) {
    case 'startContainer':
      return `start ${action.container}#${action.attempt}`;
    case 'pullImage':
      return `pull ${action.image} for ${action.container}`;
    case 'killContainer':
      return `kill ${action.container} in ${action.graceMs / 1000}s`;
    case 'createSandbox':
      return `createSandbox ${action.attempt}`;
    case 'stopSandbox':
    case 'removeSandbox':
      return `${action.type} ${action.sandboxId}`;
    case 'updateResources':
      return `give ${action.container} ${JSON.stringify(action.resources)}`;
    case 'removeContainer':
      return `remove ${action.containerId.split('-').slice(0, 2).join('#')}`;
    default:
      return action.type;
  }
}
