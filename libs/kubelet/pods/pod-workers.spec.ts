import { describe, expect, it } from '@jest/globals';
import { ManualClock, PodClock } from '#clock';
import type { Pod } from '#objects';
import { PodRecord } from './pod-record.js';
import type { Trigger } from './pod-record.js';
import { PodWorkers } from './pod-workers.js';

const record = (uid: string, clock = new ManualClock()): PodRecord =>
  new PodRecord({ apiVersion: 'v1', kind: 'Pod', metadata: { uid, name: uid, namespace: 'default', resourceVersion: '1' }, spec: { containers: [] }, status: {} } as unknown as Pod, new PodClock(clock));

const why = (detail: string): Trigger => ({ what: 'runtime', detail });

/** A sync that waits until it is told to go on. */
function heldSync() {
  const begun: { uid: string; details: string[]; end: (error?: Error) => void }[] = [];
  const sync = (pod: PodRecord, triggers: Trigger[]) =>
    new Promise<void>((resolve, reject) => {
      begun.push({ uid: pod.uid, details: triggers.map((trigger) => trigger.detail), end: (error) => (error ? reject(error) : resolve()) });
    });
  return { begun, sync };
}

const settle = async () => {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
};

describe('pod workers', () => {
  it('run one sync of a pod at a time, and one more for all that asked meanwhile', async () => {
    const { begun, sync } = heldSync();
    const workers = new PodWorkers(sync, new ManualClock(), () => undefined);
    const pod = record('a');
    void workers.trigger(pod, why('first'));
    await settle();
    void workers.trigger(pod, why('second'));
    const third = workers.trigger(pod, why('third'));
    await settle();
    expect(begun.map((run) => run.details)).toEqual([['first']]);
    begun[0]!.end();
    await settle();
    expect(begun.map((run) => run.details)).toEqual([['first'], ['second', 'third']]);
    begun[1]!.end();
    await third;
    expect(begun).toHaveLength(2);
  });

  it('run several pods side by side', async () => {
    const { begun, sync } = heldSync();
    const workers = new PodWorkers(sync, new ManualClock(), () => undefined);
    void workers.trigger(record('a'), why('x'));
    void workers.trigger(record('b'), why('x'));
    await settle();
    expect(begun.map((run) => run.uid)).toEqual(['a', 'b']);
  });

  it('try a failed sync again, later each time', async () => {
    const { begun, sync } = heldSync();
    const clock = new ManualClock();
    const told: string[] = [];
    const workers = new PodWorkers(sync, clock, (line) => told.push(line));
    void workers.trigger(record('a'), why('x'));
    await settle();
    for (const wait of [500, 1000, 2000]) {
      begun.at(-1)!.end(new Error('no luck'));
      await settle();
      const runs = begun.length;
      clock.advance(wait - 1);
      await settle();
      expect(begun).toHaveLength(runs);
      clock.advance(1);
      await settle();
      expect(begun).toHaveLength(runs + 1);
    }
    expect(told[0]).toBe('sync of pod default/a failed (1): no luck');
  });

  it('begin nothing once closed, and wait for what runs', async () => {
    const { begun, sync } = heldSync();
    const workers = new PodWorkers(sync, new ManualClock(), () => undefined);
    const pod = record('a');
    void workers.trigger(pod, why('first'));
    await settle();
    const left = workers.trigger(pod, why('left'));
    let closed = false;
    const closing = workers.close().then(() => (closed = true));
    await settle();
    expect(closed).toBe(false);
    begun[0]!.end();
    await Promise.all([closing, left]);
    expect(begun).toHaveLength(1);
  });
});
