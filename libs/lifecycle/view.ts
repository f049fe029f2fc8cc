/**
 * One picture of a pod from two sources: what the runtime lists, and what the last written status remembers of containers that the
 * runtime has lost (a node reboot). All decisions are made on it.
 */
import type { Container, ContainerKind, ContainerStatus, Pod } from '#objects';
import { containersOf, fromTime } from '#objects';
import type { PodSandbox, RuntimeContainer } from '#runtime';
import type { ObservedPod } from './types.js';

/** One run (attempt) of a container. Times are epoch ms, 0 where unknown. */
export interface Run {
  /** As the runtime names it; '' for one that only the status remembers without an id. */
  id: string;
  attempt: number;
  image: string;
  imageRef: string;
  sandboxId: string;
  state: 'CREATED' | 'RUNNING' | 'EXITED';
  startedAt: number;
  finishedAt: number;
  exitCode: number;
  signal: number;
  reason: string;
  message: string;
  /** The runtime does not list it: known from the status alone. */
  remembered: boolean;
  /** It was running when it was last seen, and the runtime has it no more. */
  lost: boolean;
}

export interface ContainerView {
  name: string;
  spec: Container;
  kind: ContainerKind;
  /** Among the containers of its list in the spec. */
  index: number;
  /** Newest run, of whichever sandbox. */
  run?: Run;
  /** `run`, if it belongs to the sandbox that is ready. */
  active?: Run;
  /** The run before `run`. */
  previous?: Run;
  /** What the last written status says. */
  status?: ContainerStatus;
}

export interface PodView {
  pod: Pod;
  observed: ObservedPod;
  /** The newest sandbox, whatever its state. */
  newest?: PodSandbox;
  /** The newest sandbox, if it is usable. */
  ready?: PodSandbox;
  init: ContainerView[];
  apps: ContainerView[];
  ephemeral: ContainerView[];
  /** init, apps, ephemeral. */
  all: ContainerView[];
  /** Runs under way, as the runtime lists them, with their container (undefined for one that the spec no longer has). */
  running: { run: Run; container?: ContainerView }[];
}

export const LOST_REASON = 'ContainerStatusUnknown';
export const LOST_MESSAGE = 'The container could not be located when the pod was terminated';
export const LOST_EXIT_CODE = 137;

export function viewPod(pod: Pod, observed: ObservedPod, now: number): PodView {
  const newest = observed.sandboxes[0];
  const ready = newest && isUsable(newest, pod) ? newest : undefined;
  const statuses = new Map<string, ContainerStatus>();
  for (const list of [pod.status.initContainerStatuses, pod.status.containerStatuses, pod.status.ephemeralContainerStatuses]) {
    for (const status of list ?? []) statuses.set(status.name, status);
  }
  const runs = new Map<string, Run[]>();
  for (const listed of observed.containers) {
    const list = runs.get(listed.metadata.name);
    if (list) list.push(runOf(listed));
    else runs.set(listed.metadata.name, [runOf(listed)]);
  }
  const view: PodView = { pod, observed, newest, ready, init: [], apps: [], ephemeral: [], all: [], running: [] };
  for (const { container, kind, index } of containersOf(pod.spec)) {
    const status = statuses.get(container.name);
    const listed = runs.get(container.name) ?? [];
    const known = listed.length >= 2 || !status ? listed : [...listed, ...rememberedRuns(status, listed[0], now)];
    const [run, previous] = known;
    const active = run && !run.remembered && run.sandboxId === ready?.id ? run : undefined;
    const seen: ContainerView = { name: container.name, spec: container, kind, index, run, active, previous, status };
    (kind === 'APP' ? view.apps : kind === 'EPHEMERAL' ? view.ephemeral : view.init).push(seen);
    view.all.push(seen);
  }
  for (const [name, list] of runs) {
    const container = view.all.find((seen) => seen.name === name);
    for (const run of list) if (run.state === 'RUNNING') view.running.push({ run, container });
  }
  return view;
}

/** A sandbox that containers can be started in: ready, and with an address if the pod has its own network. */
const isUsable = (sandbox: PodSandbox, pod: Pod): boolean => sandbox.state === 'READY' && (pod.spec.hostNetwork === true || sandbox.ip !== '');

function runOf(listed: RuntimeContainer): Run {
  return {
    id: listed.id,
    attempt: listed.metadata.attempt,
    image: listed.image,
    imageRef: listed.imageRef,
    sandboxId: listed.sandboxId,
    // A container in an unknown state may be running: it is treated as if, until the runtime knows better.
    state: listed.state === 'UNKNOWN' ? 'RUNNING' : listed.state,
    startedAt: listed.startedAt,
    finishedAt: listed.finishedAt,
    exitCode: listed.exitCode,
    signal: 0,
    reason: listed.reason || (listed.state === 'EXITED' ? (listed.exitCode === 0 ? 'Completed' : 'Error') : ''),
    message: listed.message,
    remembered: false,
    lost: false,
  };
}

/**
 * The runs that a status tells of and that are older than `listed`, the only one that the runtime has; newest first. One that was
 * running and is not listed any more has been lost.
 */
function rememberedRuns(status: ContainerStatus, listed: Run | undefined, now: number): Run[] {
  const { running, terminated } = status.state ?? {};
  const last = status.lastState?.terminated;
  const count = status.restartCount;
  const isOlder = (id: string | undefined, attempt: number) => !listed || (attempt < listed.attempt && bareId(id) !== listed.id);
  const runs: Run[] = [];
  if (running && isOlder(status.containerID, count)) runs.push(lostRun(status, fromTime(running.startedAt) ?? 0, now));
  if (terminated && isOlder(terminated.containerID, count)) runs.push(endedRun(status, terminated, count));
  // While it waits, the last run's number is what restartCount still shows.
  const before = running || terminated ? count - 1 : count;
  if (last && isOlder(last.containerID, before)) runs.push(endedRun(status, last, before));
  return runs;
}

const lostRun = (status: ContainerStatus, startedAt: number, now: number): Run => ({
  id: bareId(status.containerID),
  attempt: status.restartCount,
  image: status.image,
  imageRef: status.imageID,
  sandboxId: '',
  state: 'EXITED',
  startedAt,
  finishedAt: now,
  exitCode: LOST_EXIT_CODE,
  signal: 0,
  reason: LOST_REASON,
  message: LOST_MESSAGE,
  remembered: true,
  lost: true,
});

const endedRun = (status: ContainerStatus, ended: NonNullable<NonNullable<ContainerStatus['state']>['terminated']>, attempt: number): Run => ({
  id: bareId(ended.containerID),
  attempt,
  image: status.image,
  imageRef: status.imageID,
  sandboxId: '',
  state: 'EXITED',
  startedAt: fromTime(ended.startedAt) ?? 0,
  finishedAt: fromTime(ended.finishedAt) ?? 0,
  exitCode: ended.exitCode,
  signal: ended.signal ?? 0,
  reason: ended.reason ?? '',
  message: ended.message ?? '',
  remembered: true,
  lost: ended.reason === LOST_REASON,
});

const bareId = (containerId: string | undefined): string => containerId?.split('://')[1] ?? '';

export const containerId = (view: PodView, run: Run): string => (run.id === '' ? '' : `${view.observed.runtimeName}://${run.id}`);

/** The last written status tells of this run's end. */
export function isReported(view: PodView, container: ContainerView, run: Run): boolean {
  if (run.remembered && !run.lost) return true;
  const id = containerId(view, run);
  return container.status?.state?.terminated?.containerID === id || container.status?.lastState?.terminated?.containerID === id;
}

export const isKilling = (view: PodView, run: Run): boolean => view.observed.killing.includes(run.id);
