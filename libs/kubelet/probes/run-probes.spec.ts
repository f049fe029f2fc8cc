import { describe, expect, it } from '@jest/globals';
import type { Container } from '#objects';
import { afterAnswer, beginProbes, openProbes, probeState } from './run-probes.js';
import type { Probe, ProbeKind, Verdict } from './run-probes.js';

const exec = (more: Probe = {}): Probe => ({ exec: { command: ['true'] }, periodSeconds: 10, successThreshold: 1, failureThreshold: 3, ...more });
const STARTED = 1_000_000;

type Step = `${ProbeKind} ${Verdict}`;

/** Answers, each in the moment in which it is due. Returns what is known after them, what is open, and when each is due (seconds after the start). */
function after(probes: Partial<Container>, ...steps: Step[]) {
  const container: Container = { name: 'app', ...probes };
  let run = beginProbes(container, STARTED, STARTED);
  for (const step of steps) {
    const [kind, verdict] = step.split(' ') as [ProbeKind, Verdict];
    run = afterAnswer(container, run, kind, { verdict, message: `it was a ${verdict}` }, run[kind]!.dueAt);
  }
  const due = Object.fromEntries(openProbes(run).map((kind) => [kind, (run[kind]!.dueAt - STARTED) / 1000]));
  return { state: probeState(run), due };
}

const LIVE = { livenessProbe: exec() };
const READY = { readinessProbe: exec() };
const START = { startupProbe: exec({ periodSeconds: 5 }) };
const failed = (probe: 'startup' | 'liveness') => ({ failed: { probe, message: 'it was a failure' } });

describe('a container with probes', () => {
  it.each([
    ['is not ready before its readiness probe has been asked', READY, [], { ready: false }, { readiness: 0 }],
    ['is ready after the first success', READY, ['readiness success'], { ready: true }, { readiness: 10 }],
    ['stays ready while failures are fewer than the threshold', READY, ['readiness success', 'readiness failure', 'readiness failure'], { ready: true }, { readiness: 30 }],
    ['is not ready any more when they reach it', READY, ['readiness success', 'readiness failure', 'readiness failure', 'readiness failure'], { ready: false }, { readiness: 40 }],
    ['counts failures in a row only', READY, ['readiness success', 'readiness failure', 'readiness failure', 'readiness success', 'readiness failure'], { ready: true }, { readiness: 50 }],
    ['needs as many successes as its threshold says', { readinessProbe: exec({ successThreshold: 2 }) }, ['readiness success'], { ready: false }, { readiness: 10 }],
    ['is ready when they are there', { readinessProbe: exec({ successThreshold: 2 }) }, ['readiness success', 'readiness success'], { ready: true }, { readiness: 20 }],
    ['goes by what it was when a probe could not be asked', READY, ['readiness success', 'readiness unknown'], { ready: true }, { readiness: 20 }],
    ['does not count what could not be asked among failures', READY, ['readiness success', 'readiness failure', 'readiness failure', 'readiness unknown'], { ready: true }, { readiness: 40 }],
    ['is probed after the initial delay', { livenessProbe: exec({ initialDelaySeconds: 7 }) }, [], {}, { liveness: 7 }],
    ['lives until its liveness probe has failed often enough', LIVE, ['liveness failure', 'liveness failure'], {}, { liveness: 20 }],
    ['is to be killed then, and is not asked again', LIVE, ['liveness failure', 'liveness failure', 'liveness failure'], failed('liveness'), {}],
    ['goes on being asked whether it is ready while it is killed', { ...LIVE, ...READY }, ['liveness failure', 'liveness failure', 'liveness failure'], { ready: false, ...failed('liveness') }, { readiness: 0 }],
    ['is asked nothing else before its startup probe has succeeded', { ...LIVE, ...READY, ...START }, ['startup failure'], { started: false, ready: false }, { startup: 5 }],
    ['has started when its startup probe succeeds; the others begin at that moment', { ...LIVE, ...READY, ...START }, ['startup failure', 'startup success'], { started: true, ready: false }, { liveness: 5, readiness: 5 }],
    ['keeps a longer initial delay of theirs', { livenessProbe: exec({ initialDelaySeconds: 60 }), ...START }, ['startup success'], { started: true }, { liveness: 60 }],
    ['is to be killed when its startup probe fails for good', { ...LIVE, ...START }, ['startup failure', 'startup failure', 'startup failure'], { started: false, ...failed('startup') }, {}],
  ] as [string, Partial<Container>, Step[], object, object][])('%s', (_sentence, probes, steps, state, due) => {
    expect(after(probes, ...steps)).toEqual({ state, due });
  });

  it('is asked once, not several times, after a probe that took longer than its period', () => {
    const container: Container = { name: 'app', ...READY };
    const run = afterAnswer(container, beginProbes(container, STARTED, STARTED), 'readiness', { verdict: 'success', message: '' }, STARTED + 35_000);
    expect(run.readiness!.dueAt).toBe(STARTED + 35_000);
  });

  it('that was ready before the worker was started again stays so', () => {
    const container: Container = { name: 'app', ...READY, ...START };
    expect(probeState(beginProbes(container, STARTED, STARTED + 60_000, true))).toEqual({ started: true, ready: true });
  });

  it('in a pod that ends is asked only whether it is ready', () => {
    const run = beginProbes({ name: 'app', ...LIVE, ...READY }, STARTED, STARTED);
    expect(openProbes(run, true)).toEqual(['readiness']);
  });
});
