import { readFileSync, rmSync } from 'node:fs';
import { afterAll, describe, expect, it } from '@jest/globals';
import { loadCases, runKernel } from './cases.js';
import { busyboxVersion, installBusybox, runReal } from './real-busybox.js';
import { insertReport, report } from './report.js';

const sections = loadCases();
const real = installBusybox();
if (!real) console.warn('There is no busybox on this machine: the recorded results are used, and were NOT compared with a real one (apt-get install busybox-static).');
afterAll(() => {
  if (real) rmSync(real, { recursive: true, force: true });
});

describe.each(sections)('as busybox does: $title', ({ cases }) => {
  it.each(cases.map((one) => [one.script, one] as const))('%s', (_script, { script, stdout, stderr, code, differs }) => {
    const result = runKernel(script);
    if (differs === undefined) expect(result).toEqual({ stdout, stderr, code });
    else expect(result).not.toEqual({ stdout, stderr, code });
  });
});

(real ? describe : describe.skip)('the recorded results', () => {
  it.each(sections)('are those of the busybox of this machine: $title', ({ cases }) => {
    const of = real!;
    const recorded = cases.map(({ script, stdout, stderr, code }) => ({ script, stdout, stderr, code }));
    expect({ busybox: busyboxVersion(of), results: cases.map(({ script }) => ({ script, ...runReal(of, script) })) }).toEqual({
      busybox: expect.stringContaining('BusyBox v1.'),
      results: recorded,
    });
  });
});

describe('docs/fidelity.md', () => {
  it('has the score and the known differences as this suite finds them (npm run fidelity writes them)', () => {
    const document = readFileSync(new URL('../../../../docs/fidelity.md', import.meta.url), 'utf8');
    expect(insertReport(document, report(sections))).toBe(document);
  });
});
