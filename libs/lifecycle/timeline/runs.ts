import { fromTime } from '#objects';
import type { ContainerState, ContainerStatus, Pod } from '#objects';
import type { PodState, Span } from './types.js';

type Terminated = NonNullable<ContainerState['terminated']>;

interface Seen {
  status: ContainerStatus;
  isInit: boolean;
}

/** The statuses of all containers; `isInit`: it runs to its end before the next begins. */
export function containerStatuses({ spec, status }: Pod): Seen[] {
  const sidecars = new Set((spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always').map(({ name }) => name));
  const others = [...(status.containerStatuses ?? []), ...(status.ephemeralContainerStatuses ?? [])];
  return [...(status.initContainerStatuses ?? []).map((one) => ({ status: one, isInit: !sidecars.has(one.name) })), ...others.map((one) => ({ status: one, isInit: false }))];
}

/** Each run of each container: every end is written to the status, as the state or as the last state, before the next run begins. */
export function runSpans(states: PodState[]): Span[] {
  const runs = new Map<string, Span>();
  /** The run of each container that is under way. */
  const open = new Map<string, string>();
  for (const { pod, at } of states) {
    for (const { status, isInit } of containerStatuses(pod)) {
      const { name, restartCount, state, lastState } = status;
      const kind = isInit ? 'INIT_CONTAINER' : 'RUN';
      const ended = (terminated: Terminated | undefined, attempt: number) => {
        const start = fromTime(terminated?.startedAt);
        // What could not be located when the pod ended has never been seen to run.
        if (!terminated || start === undefined || start === 0) return;
        const key = `${name} ${terminated.containerID ?? start}`;
        if (runs.get(key)?.outcome === undefined || runs.get(key)?.outcome === 'INTERRUPTED') runs.set(key, { kind, container: name, attempt, start, ...endOf(terminated, start) });
        if (open.get(name) === key) open.delete(name);
      };
      const shows = state?.running !== undefined || state?.terminated !== undefined;
      ended(lastState?.terminated, shows ? restartCount - 1 : restartCount);
      ended(state?.terminated, restartCount);
      const start = fromTime(state?.running?.startedAt);
      const key = start === undefined ? undefined : `${name} ${status.containerID ?? start}`;
      interrupt(runs, open.get(name), key, at);
      if (key === undefined) open.delete(name);
      else {
        open.set(name, key);
        if (!runs.has(key)) runs.set(key, { kind, container: name, attempt: restartCount, start: start! });
      }
    }
  }
  return [...runs.values()];
}

/** A run that was under way and is not any more, and of whose end nothing is told. */
function interrupt(runs: Map<string, Span>, before: string | undefined, now: string | undefined, at: number): void {
  const run = before === undefined || before === now ? undefined : runs.get(before);
  if (run && run.end === undefined) runs.set(before!, { ...run, end: Math.max(at, run.start), outcome: 'INTERRUPTED' });
}

function endOf({ finishedAt, exitCode, reason, message }: Terminated, start: number): Partial<Span> {
  return {
    end: Math.max(fromTime(finishedAt) ?? start, start),
    outcome: exitCode === 0 ? 'SUCCEEDED' : 'FAILED',
    exitCode,
    ...(reason && { reason }),
    ...(message && { message }),
  };
}
