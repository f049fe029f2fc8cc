/** The columns of `kubectl get pod`, shared by the Table and by GraphQL. Source: printPod in pkg/printers/internalversion/printers.go. */
import type { ContainerStatus, Pod } from '#objects';
import { fromTime, humanDuration, isSidecar } from '#objects';

export interface PodColumns {
  /** "1/2" */
  ready: string;
  /** The STATUS column. */
  status: string;
  /** "3 (10s ago)" */
  restarts: string;
}

export const displayStatus = (pod: Pod, now: number): string => podColumns(pod, now).status;
export const readyColumn = (pod: Pod): string => podColumns(pod, 0).ready;
export const restartsColumn = (pod: Pod, now: number): string => podColumns(pod, now).restarts;

export function podColumns(pod: Pod, now: number): PodColumns {
  const { spec, status } = pod;
  const sidecars = new Set((spec.initContainers ?? []).filter(isSidecar).map((container) => container.name));
  const init = readInit(pod, sidecars);
  let word = status.reason || status.phase || 'Unknown';
  if (status.conditions?.some((condition) => condition.type === 'PodScheduled' && condition.reason === 'SchedulingGated')) word = 'SchedulingGated';
  let { restarts, readyCount } = { restarts: init.restarts, readyCount: init.ready };
  if (init.word !== undefined) word = init.word;
  if (init.word === undefined || isTrue(pod, 'Initialized')) {
    const apps = readApps(pod, word);
    restarts = tally([...(status.initContainerStatuses ?? []).filter((container) => sidecars.has(container.name)), ...(status.containerStatuses ?? [])]);
    readyCount += apps.ready;
    word = apps.word;
  }
  if (pod.metadata.deletionTimestamp && status.reason === 'NodeLost') word = 'Unknown';
  else if (pod.metadata.deletionTimestamp && status.phase !== 'Succeeded' && status.phase !== 'Failed') word = 'Terminating';
  return { ready: `${readyCount}/${spec.containers.length + sidecars.size}`, status: word, restarts: restartsText(restarts, now) };
}

interface Restarts {
  count: number;
  /** Epoch ms of the last end that was followed by a restart. */
  lastAt?: number;
}

function tally(statuses: ContainerStatus[]): Restarts {
  const ends = statuses.map((container) => fromTime(container.lastState?.terminated?.finishedAt)).filter((at) => at !== undefined);
  return { count: statuses.reduce((sum, container) => sum + container.restartCount, 0), ...(ends.length > 0 && { lastAt: Math.max(...ends) }) };
}

const restartsText = ({ count, lastAt }: Restarts, now: number): string =>
  count === 0 || lastAt === undefined ? String(count) : `${count} (${humanDuration(now - lastAt)} ago)`;

/** `word`: what the first init container that is not done says; undefined: all are done. */
function readInit(pod: Pod, sidecars: Set<string>): { word?: string; ready: number; restarts: Restarts } {
  const statuses = pod.status.initContainerStatuses ?? [];
  let ready = 0;
  for (const [index, container] of statuses.entries()) {
    const { terminated, waiting } = container.state ?? {};
    if (terminated?.exitCode === 0) continue;
    if (sidecars.has(container.name) && container.started) {
      if (container.ready) ready += 1;
      continue;
    }
    const word = terminated
      ? `Init:${terminated.reason || exitWord(terminated)}`
      : waiting?.reason && waiting.reason !== 'PodInitializing'
        ? `Init:${waiting.reason}`
        : `Init:${index}/${pod.spec.initContainers?.length ?? 0}`;
    return { word, ready, restarts: tally(statuses.slice(0, index + 1)) };
  }
  return { ready, restarts: tally(statuses) };
}

function readApps(pod: Pod, before: string): { word: string; ready: number } {
  let word = before;
  let ready = 0;
  let running = false;
  for (const container of [...(pod.status.containerStatuses ?? [])].reverse()) {
    const { waiting, terminated } = container.state ?? {};
    if (waiting?.reason) word = waiting.reason;
    else if (terminated) word = terminated.reason || exitWord(terminated);
    else if (container.ready && container.state?.running) {
      running = true;
      ready += 1;
    }
  }
  if (word === 'Completed' && running) word = isTrue(pod, 'Ready') ? 'Running' : 'NotReady';
  return { word, ready };
}

const exitWord = ({ signal, exitCode }: { signal?: number; exitCode: number }): string => (signal ? `Signal:${signal}` : `ExitCode:${exitCode}`);

const isTrue = (pod: Pod, type: string): boolean =>
  pod.status.conditions?.some((condition) => condition.type === type && condition.status === 'True') ?? false;
