/**
 * What goes into a decision and what comes out of it, whole, as data: one file a moment in golden/. A change of behaviour shows as a
 * change of these files: UPDATE_GOLDEN=1 writes them anew (in the source folder), for review with the change.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { Pod, PodStatus } from '#objects';
import { computePodActions } from './actions.js';
import { podColumns } from './display.js';
import { computePodStatus } from './status/pod-status.js';
import { nothingObserved } from './testing/world.js';
import type { ObservedPod, PodDecision } from './types.js';

interface Golden {
  sentence: string;
  now: string;
  pod: Pod;
  /** Over what nothingObserved() gives. */
  observed: Partial<ObservedPod>;
  decision: PodDecision;
  columns: string;
  status: PodStatus;
}

const FOLDER = join('libs', 'lifecycle', 'golden');
const files = readdirSync(FOLDER).filter((file) => file.endsWith('.json'));
const LINE = 140;

/** JSON with everything on one line that fits there. */
function readable(value: unknown, indent = ''): string {
  const line = JSON.stringify(value);
  if (typeof value !== 'object' || value === null || line.length + indent.length <= LINE) return line;
  const deeper = `${indent}  `;
  const entries = Array.isArray(value)
    ? value.map((one) => readable(one, deeper))
    : Object.entries(value).map(([key, one]) => `${JSON.stringify(key)}: ${readable(one, deeper)}`);
  const [open, close] = Array.isArray(value) ? '[]' : '{}';
  return `${open}\n${entries.map((entry) => deeper + entry).join(',\n')}\n${indent}${close}`;
}

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe('golden decisions', () => {
  it.each(files)('%s', (file) => {
    const path = join(FOLDER, file);
    const golden = JSON.parse(readFileSync(path, 'utf8')) as Golden;
    const now = Date.parse(golden.now);
    const observed = { ...nothingObserved(), ...golden.observed };
    const decision = computePodActions(golden.pod, observed, now);
    const status = computePodStatus(golden.pod, { ...observed, memo: decision.memo }, now);
    const { ready, status: word, restarts } = podColumns({ ...golden.pod, status }, now);
    const made = { decision, columns: `${ready} ${word} ${restarts}`, status };
    if (process.env['UPDATE_GOLDEN']) writeFileSync(path, `${readable(plain({ ...golden, ...made }))}\n`);
    else expect(plain(made)).toEqual({ decision: golden.decision, columns: golden.columns, status: golden.status });
  });
});
