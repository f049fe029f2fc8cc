import { describe, expect, it } from '@jest/globals';
import type { KubeObject } from '#objects';
import { withoutAbandonedStep } from './abandoned-steps.js';

const at = (seconds: number) => new Date(1_800_000_000_000 + seconds * 1000).toISOString();
const NOW = Date.parse(at(100));

const clock = (step?: object, paused = false): KubeObject => ({
  apiVersion: 'podbox.dev/v1',
  kind: 'Clock',
  metadata: { name: 'clock', namespace: 'n' },
  spec: { rate: 10, paused },
  status: { now: at(1000), realBase: at(0), virtualBase: at(1000), ...(step && { step }) },
});
const step = (renewedAt: string) => ({ id: 'i', to: at(5000), renewedAt });

describe('a step of a clock', () => {
  it.each([
    ['that is not there is not ended', clock()],
    ['that somebody makes is not ended', clock(step(at(41)))],
  ])('%s', (_sentence, object) => {
    expect(withoutAbandonedStep(object, NOW)).toBeUndefined();
  });

  it.each([
    ['not paused: it goes on from there', false],
    ['paused: it stands there', true],
  ])('that nobody makes any more is ended where it stood, on a clock that is %s', (_sentence, paused) => {
    const { status } = withoutAbandonedStep(clock(step(at(40)), paused), NOW)!;
    expect(status).toEqual({
      now: at(1000),
      realBase: at(100),
      virtualBase: at(1000),
      lastStep: { from: at(1000), to: at(1000), outcome: 'TimedOut', message: `the step to ${at(5000)} was abandoned` },
    });
  });
});
