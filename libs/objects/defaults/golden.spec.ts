/**
 * What becomes of a manifest at creation, whole: one file a manifest in golden/. A change of a default shows as a change of these files:
 * UPDATE_GOLDEN=1 writes them anew (in the source folder), for review with the change.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { givePriority } from '../admission/priority.js';
import type { LimitRange, Pod, ResourceQuota, Service } from '../types.js';
import { validatePod } from '../validation/pod.js';
import { preparePodCreate } from './pod.js';
import { defaultLimitRange, defaultResourceQuota } from './policies.js';
import { defaultService } from './service.js';

interface Golden {
  sentence: string;
  given: { kind: string };
  becomes: unknown;
}

const FOLDER = join('libs', 'objects', 'defaults', 'golden');
const files = readdirSync(FOLDER).filter((file) => file.endsWith('.json'));

const COMPLETE: Record<string, (object: never) => void> = {
  Pod: (pod: Pod) => {
    preparePodCreate(pod);
    givePriority(pod.spec, undefined);
  },
  Service: (service: Service) => defaultService(service),
  LimitRange: (range: LimitRange) => defaultLimitRange(range),
  ResourceQuota: (quota: ResourceQuota) => defaultResourceQuota(quota),
};

describe('what a manifest becomes', () => {
  it.each(files)('%s', (file) => {
    const path = join(FOLDER, file);
    const golden = JSON.parse(readFileSync(path, 'utf8')) as Golden;
    const made = structuredClone(golden.given);
    COMPLETE[made.kind]!(made as never);
    if (process.env['UPDATE_GOLDEN']) writeFileSync(path, `${JSON.stringify({ ...golden, becomes: made }, undefined, 2)}\n`);
    else expect(made).toEqual(golden.becomes);
    if (made.kind !== 'Pod') return;
    expect(validatePod(made as unknown as Pod)).toEqual([]);
    const again = structuredClone(made);
    COMPLETE['Pod']!(again as never);
    expect(again).toEqual(made);
  });
});
