/**
 * What the probes of one run of a container have said, and what follows from it: pure. Times are the pod clock's, epoch ms.
 * Source: doProbe in pkg/kubelet/prober/worker.go, UpdatePodStatus in prober_manager.go.
 */
import type { ProbeState } from '#lifecycle';
import type { Container } from '#objects';

export type Probe = NonNullable<Container['livenessProbe']>;
export type ProbeKind = 'startup' | 'liveness' | 'readiness';

/** `unknown`: it could not be found out; that counts for nothing. */
export type Verdict = 'success' | 'failure' | 'unknown';

export interface OneProbe {
  /** What is in effect: moves only when a threshold is reached. */
  verdict: Verdict;
  /** The last answer, how many times in a row it has come, and in which words. */
  last: Verdict;
  times: number;
  message: string;
  /** When it is to be asked next. */
  dueAt: number;
}

/** Those that the container has. */
export type RunProbes = Partial<Record<ProbeKind, OneProbe>>;

export const PROBE_KINDS: readonly ProbeKind[] = ['startup', 'liveness', 'readiness'];

export const probeOf = (container: Container, kind: ProbeKind): Probe | undefined =>
  kind === 'startup' ? container.startupProbe : kind === 'liveness' ? container.livenessProbe : container.readinessProbe;

/** A run that is seen for the first time. `wasReady`: the last status, of this same run, says so (the worker was started again, the container was not). */
export function beginProbes(container: Container, startedAt: number, now: number, wasReady = false): RunProbes {
  const begun: RunProbes = {};
  for (const kind of PROBE_KINDS) {
    const probe = probeOf(container, kind);
    if (!probe) continue;
    // Alive until the contrary is known, ready and started only when that is known.
    const verdict = kind === 'liveness' || wasReady ? 'success' : kind === 'readiness' ? 'failure' : 'unknown';
    begun[kind] = { verdict, last: 'unknown', times: 0, message: '', dueAt: Math.max(startedAt + (probe.initialDelaySeconds ?? 0) * 1000, now) };
  }
  return begun;
}

/** The probes that are to be asked: until the startup probe has succeeded it alone, and none of a container that is to be killed. */
export function openProbes(run: RunProbes, podEnds = false): ProbeKind[] {
  // A pod that ends is not to be restarted: all that is still of interest is whether it serves.
  if (podEnds) return run.readiness && hasStarted(run) ? ['readiness'] : [];
  if (run.startup?.verdict === 'failure' || run.liveness?.verdict === 'failure') return run.readiness && hasStarted(run) ? ['readiness'] : [];
  if (!hasStarted(run)) return ['startup'];
  return PROBE_KINDS.filter((kind) => kind !== 'startup' && run[kind]);
}

const hasStarted = (run: RunProbes): boolean => !run.startup || run.startup.verdict === 'success';

/** After `kind`'s probe has been answered, at `now`. */
export function afterAnswer(container: Container, run: RunProbes, kind: ProbeKind, answer: { verdict: Verdict; message: string }, now: number): RunProbes {
  const before = run[kind]!;
  const { periodSeconds = 10, successThreshold = 1, failureThreshold = 3 } = probeOf(container, kind)!;
  // Ticks that were missed are not made up for.
  const dueAt = Math.max(before.dueAt + periodSeconds * 1000, now);
  if (answer.verdict === 'unknown') return { ...run, [kind]: { ...before, dueAt } };
  const times = answer.verdict === before.last ? before.times + 1 : 1;
  const reached = times >= (answer.verdict === 'success' ? successThreshold : failureThreshold);
  const verdict = reached ? answer.verdict : before.verdict;
  const after: RunProbes = { ...run, [kind]: { verdict, last: answer.verdict, times, message: answer.message, dueAt } };
  if (kind !== 'startup' || verdict !== 'success') return after;
  // The others have waited for this: they begin at once, but not before their own delay is over.
  for (const waiting of ['liveness', 'readiness'] as const) {
    if (after[waiting]) after[waiting] = { ...after[waiting], dueAt: Math.max(after[waiting].dueAt, now) };
  }
  return after;
}

/** For the decisions. */
export function probeState(run: RunProbes): ProbeState {
  const failed = (['startup', 'liveness'] as const).find((kind) => run[kind]?.verdict === 'failure');
  return {
    ...(run.startup && { started: run.startup.verdict === 'success' }),
    ...(run.readiness && { ready: run.readiness.verdict === 'success' }),
    ...(failed && { failed: { probe: failed, message: run[failed]!.message } }),
  };
}

export const sameState = (a: ProbeState, b: ProbeState): boolean => a.started === b.started && a.ready === b.ready && a.failed?.probe === b.failed?.probe;
