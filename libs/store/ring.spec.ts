import { describe, expect, it } from '@jest/globals';
import { LogChange } from './log-change.js';
import { Ring } from './ring.js';

const change = (revision: number, text = '') =>
  new LogChange({
    revision,
    at: 0,
    type: 'ADDED',
    kind: 'Pod',
    namespace: 'n',
    name: 'p',
    uid: 'u',
    labels: '{}',
    fields: '{}',
    previous_labels: null,
    previous_fields: null,
    cause: '{}',
    rest: text,
    metadata: '{}',
    spec: null,
    status: null,
    log_bytes: revision,
  });
const revisions = (ring: Ring, after: number, limit = 100) => ring.after(after, limit)?.map((one) => one.revision);

describe('a ring', () => {
  it('gives what comes after a revision, and knows when it no longer can', () => {
    const ring = new Ring(10, 3);
    for (let revision = 11; revision <= 15; revision++) ring.push(change(revision));
    expect([ring.first, ring.last]).toEqual([13, 15]);
    expect(revisions(ring, 12)).toEqual([13, 14, 15]);
    expect(revisions(ring, 13, 1)).toEqual([14]);
    expect(revisions(ring, 15)).toEqual([]);
    expect(revisions(ring, 11)).toBeUndefined();
  });

  it('starts empty, after the revision that it was told', () => {
    const ring = new Ring(10);
    expect(revisions(ring, 10)).toEqual([]);
    expect(revisions(ring, 9)).toBeUndefined();
  });

  it('is bounded by size too, and keeps at least the newest', () => {
    const ring = new Ring(0, 100, 3_000);
    for (let revision = 1; revision <= 5; revision++) ring.push(change(revision, 'x'.repeat(900)));
    expect([ring.first, ring.last]).toEqual([4, 5]);
    ring.push(change(6, 'x'.repeat(10_000)));
    expect([ring.first, ring.last]).toEqual([6, 6]);
  });

  it('stays right over many more changes than it holds', () => {
    const ring = new Ring(0, 1_500);
    for (let revision = 1; revision <= 10_000; revision++) ring.push(change(revision));
    expect(revisions(ring, 8_500, 2_000)).toEqual(Array.from({ length: 1_500 }, (_, i) => 8_501 + i));
    expect(revisions(ring, 8_499)).toBeUndefined();
  });

  it('begins anew when it is reset', () => {
    const ring = new Ring(0);
    ring.push(change(1));
    ring.reset(20);
    ring.push(change(21));
    expect(revisions(ring, 20)).toEqual([21]);
    expect(revisions(ring, 19)).toBeUndefined();
  });
});
