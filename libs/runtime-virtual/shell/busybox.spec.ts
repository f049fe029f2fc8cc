import { rmSync, readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { runCommand } from '../kernel/test-machine.js';
import { installBusybox, runReal } from './real-busybox.js';

interface Case {
  script: string;
  stdout: string;
  code?: number;
}

const sections = parse(readFileSync(new URL('./busybox-cases.yaml', import.meta.url), 'utf8')) as Record<string, Case[]>;
const real = installBusybox();
if (!real) console.warn('There is no busybox on this machine: the recorded results are used, and were NOT compared with a real one (apt-get install busybox-static).');
afterAll(() => {
  if (real) rmSync(real, { recursive: true, force: true });
});

function run(script: string) {
  const { stdout, code } = runCommand(['sh', '-c', script], { workingDir: '/work', env: { HOME: '/root' } });
  return { stdout, code };
}

describe.each(Object.entries(sections))('as busybox does: %s', (_, cases) => {
  it.each(cases.map((one) => [one.script, one] as const))('%s', (_script, { script, stdout, code = 0 }) => {
    expect(run(script)).toEqual({ stdout, code });
  });
});

(real ? describe : describe.skip)('the recorded results', () => {
  it.each(Object.entries(sections))('are those of the busybox of this machine: %s', (_, cases) => {
    const recorded = cases.map(({ script, stdout, code = 0 }) => ({ script, stdout, code }));
    expect(cases.map(({ script }) => ({ script, ...runReal(real!, script) }))).toEqual(recorded);
  });
});
