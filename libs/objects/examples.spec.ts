import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import { preparePodCreate } from './defaults/pod.js';
import type { Pod } from './types.js';
import { unsupportedPodFields } from './unsupported/pod.js';
import { validatePod, validatePodCreate } from './validation/pod.js';

const pods = readdirSync('examples')
  .filter((file) => file.endsWith('.yaml'))
  .flatMap((file) => parseAllDocuments(readFileSync(join('examples', file), 'utf8')).map((document) => [file, document.toJS() as Pod] as const))
  .filter(([, object]) => object.kind === 'Pod')
  .map(([file, pod]) => [`${file}: ${pod.metadata.name}`, pod] as const);

/** What the scheduler and the runtime do not do yet, and an example may still show. */
const SHOWN = /\.resources$/;

describe('the examples', () => {
  it.each(pods)('%s is valid, and all that it says is honoured', (_name, pod) => {
    pod.metadata.namespace = 'default';
    preparePodCreate(pod);
    expect([...validatePod(pod), ...validatePodCreate(pod)]).toEqual([]);
    expect(unsupportedPodFields(pod).map(({ field }) => field).filter((field) => !SHOWN.test(field))).toEqual([]);
  });
});
