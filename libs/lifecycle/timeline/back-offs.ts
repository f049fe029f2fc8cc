import { fromTime } from '#objects';
import { nextRestartAt } from '../next-restart.js';
import { containerStatuses } from './runs.js';
import type { PodState, Span } from './types.js';

/** Waits of containers: to be run again after a crash, or for the next try to pull an image. */
export function backOffSpans(states: PodState[], runs: Span[]): Span[] {
  const found = new Map<string, Span>();
  const open = new Map<string, string>();
  for (const { at, pod } of states) {
    const ending = pod.metadata.deletionTimestamp !== undefined || pod.status.phase === 'Succeeded' || pod.status.phase === 'Failed';
    for (const { status } of containerStatuses(pod)) {
      const { name, restartCount, state, lastState } = status;
      const { reason = '', message } = state?.waiting ?? {};
      const crashed = reason === 'CrashLoopBackOff';
      const waits = crashed || reason === 'ImagePullBackOff';
      const before = open.get(name);
      const ended = crashed ? (fromTime(lastState?.terminated?.finishedAt) ?? at) : undefined;
      const key = waits ? (crashed ? `${name} ${restartCount}` : before?.startsWith(`${name} pull`) ? before : `${name} pull ${at}`) : undefined;
      if (before !== undefined && before !== key) close(found, before, runs, at, ending);
      if (key === undefined) {
        open.delete(name);
        continue;
      }
      open.set(name, key);
      if (found.has(key)) continue;
      const expectedEnd = nextRestartAt(status);
      const attempt = crashed ? { attempt: restartCount + 1 } : {};
      found.set(key, { kind: 'BACK_OFF', container: name, ...attempt, start: ended ?? at, reason, ...(message && { message }), ...(expectedEnd !== undefined && { expectedEnd }) });
    }
  }
  return [...found.values()];
}

/** It ended with the run that it was for; without one, when the pod ended (or the next try began). */
function close(found: Map<string, Span>, key: string, runs: Span[], at: number, ending: boolean): void {
  const { expectedEnd: _, ...span } = found.get(key)!;
  const next = runs.find((run) => run.container === span.container && run.attempt === span.attempt);
  const end = Math.max(next?.start ?? at, span.start);
  found.set(key, { ...span, end, outcome: next || !ending ? 'SUCCEEDED' : 'INTERRUPTED' });
}
