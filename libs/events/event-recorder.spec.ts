import { describe, expect, it } from '@jest/globals';
import { ManualClock } from '#clock';
import type { KubeObject } from '#objects';
import type { Cause, Write } from '#store';
import { EventRecorder } from './event-recorder.js';
import type { EventToRecord } from './event-recorder.js';
import { referenceTo } from './event-object.js';

const cause: Cause = { by: 'node:n1', what: 'decision', detail: 'a test' };
const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { namespace: 'default', name: 'p', uid: 'u', resourceVersion: '7' } };
const started: EventToRecord = { about: referenceTo(pod, 'spec.initContainers{init}'), type: 'Normal', reason: 'Started', message: 'Container started' };

const objectOf = (write: Write | undefined): KubeObject => {
  if (!write || write.op === 'delete') throw new Error('no object is written');
  return write.object;
};

describe('the event recorder', () => {
  const setUp = () => {
    const clock = new ManualClock(Date.parse('2026-01-01T00:00:00Z'));
    return { clock, recorder: new EventRecorder({ component: 'kubelet', host: 'n1' }, clock) };
  };

  it('makes a core/v1 Event about a container of a pod', () => {
    const { recorder } = setUp();
    const [write] = recorder.prepare([started], cause).writes;
    expect(write?.op).toBe('create');
    expect(objectOf(write)).toMatchObject({
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { namespace: 'default', name: expect.stringMatching(/^p\.[0-9a-f]{16}$/), creationTimestamp: '2026-01-01T00:00:00Z' },
      involvedObject: { kind: 'Pod', namespace: 'default', name: 'p', uid: 'u', apiVersion: 'v1', resourceVersion: '7', fieldPath: 'spec.initContainers{init}' },
      source: { component: 'kubelet', host: 'n1' },
      reportingComponent: 'kubelet',
      reportingInstance: 'n1',
      firstTimestamp: '2026-01-01T00:00:00Z',
      lastTimestamp: '2026-01-01T00:00:00Z',
      count: 1,
    });
  });

  it('counts a repetition on the first event, once that has been committed', () => {
    const { clock, recorder } = setUp();
    const first = recorder.prepare([started], cause);
    first.committed();
    clock.advance(90_000);
    const second = recorder.prepare([{ ...started, about: { ...started.about, resourceVersion: '9' } }], cause).writes[0];
    expect(second?.op).toBe('update');
    expect(objectOf(second)).toEqual({ ...objectOf(first.writes[0]), count: 2, lastTimestamp: '2026-01-01T00:01:30Z' });
  });

  it('does not count what was never committed', () => {
    const { recorder } = setUp();
    recorder.prepare([started], cause);
    expect(recorder.prepare([started], cause).writes[0]?.op).toBe('create');
  });

  it('creates an event anew when the one that it would have counted on is gone', () => {
    const { recorder } = setUp();
    recorder.prepare([started], cause).committed();
    recorder.prepare([started], cause).rejected();
    const again = recorder.prepare([started], cause).writes[0];
    expect([again?.op, objectOf(again)['count']]).toEqual(['create', 1]);
  });

  it.each([
    ['another message', { message: 'other' }],
    ['another container', { about: referenceTo(pod, 'spec.containers{app}') }],
    ['another pod of the same name', { about: referenceTo({ ...pod, metadata: { ...pod.metadata, uid: 'v' } }) }],
    ['another type', { type: 'Warning' as const }],
  ])('takes %s for another event', (_what, change) => {
    const { recorder } = setUp();
    recorder.prepare([started], cause).committed();
    expect(recorder.prepare([{ ...started, ...change }], cause).writes[0]?.op).toBe('create');
  });

  it('writes equal events of one commit once', () => {
    const { recorder } = setUp();
    const { writes } = recorder.prepare([started, { ...started, reason: 'Created' }, started], cause);
    expect(writes.map((write) => [objectOf(write)['reason'], objectOf(write)['count']])).toEqual([
      ['Started', 2],
      ['Created', 1],
    ]);
  });

  it('makes one of events that differ in their message alone, from the tenth on, with what the last of them says', () => {
    const { clock, recorder } = setUp();
    const seen: string[] = [];
    for (let n = 1; n <= 12; n++) {
      clock.advance(1_000);
      const prepared = recorder.prepare([{ ...started, message: `try ${n}` }], cause);
      prepared.committed();
      const [write] = prepared.writes;
      seen.push(`${write!.op} ${String(objectOf(write)['message'])} ${String(objectOf(write)['count'])}`);
    }
    expect(seen.slice(8)).toEqual([
      'create try 9 1',
      'create (combined from similar events): try 10 1',
      'update (combined from similar events): try 11 2',
      'update (combined from similar events): try 12 3',
    ]);
    clock.advance(601_000);
    expect(objectOf(recorder.prepare([{ ...started, message: 'try 13' }], cause).writes[0])['message']).toBe('try 13');
  });

  it('tells 25 events of an object, then one in five minutes; others have their own', () => {
    const { clock, recorder } = setUp();
    const tell = (event: EventToRecord): number => {
      const prepared = recorder.prepare([event], cause);
      prepared.committed();
      return prepared.writes.length;
    };
    let told = 0;
    for (let n = 0; n < 40; n++) told += tell(started);
    expect(told).toBe(25);
    expect(tell({ ...started, about: referenceTo({ ...pod, metadata: { ...pod.metadata, uid: 'v' } }) })).toBe(1);
    clock.advance(300_000);
    expect([tell(started), tell(started)]).toEqual([1, 0]);
  });

  it('goes by the time of the events: what a driven clock brings in a moment is not too much', () => {
    const { recorder } = setUp();
    const about = { ...started, at: Date.parse('2026-01-01T00:00:00Z') };
    let told = 0;
    for (let n = 0; n < 40; n++) {
      const prepared = recorder.prepare([{ ...about, at: about.at + n * 300_000 }], cause);
      prepared.committed();
      told += prepared.writes.length;
    }
    expect(told).toBe(40);
  });

  it('puts events about nodes into namespace default, and keeps names within 253 characters', () => {
    const { recorder } = setUp();
    const node = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n'.repeat(253), uid: 'n' } };
    const { metadata } = objectOf(recorder.prepare([{ ...started, about: referenceTo(node) }], cause).writes[0]);
    expect([metadata.namespace, metadata.name?.length]).toEqual(['default', 253]);
  });

  it('names events so that those of one moment stand in order', () => {
    const { recorder } = setUp();
    const happened = ['Pulling', 'Pulled', 'Created', 'Started', 'Killing'].map((reason) => ({ ...started, reason }));
    const writes = recorder.prepare(happened, cause).writes.map(objectOf);
    const byName = [...writes].sort((a, b) => ((a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1));
    expect(byName.map((event) => event['reason'])).toEqual(happened.map((event) => event.reason));
  });
});
