import { readFileSync, rmSync } from 'node:fs';
import { afterAll, describe, expect, it } from '@jest/globals';
import { loadCases, runKernel, same } from './cases.js';
import { busyboxVersion, installBusybox, runAllReal } from './real-busybox.js';
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
  it('are those of the busybox of this machine', async () => {
    const of = real!;
    expect(busyboxVersion(of)).toContain('BusyBox v1.');
    const cases = sections.flatMap((section) => section.cases);
    const results = await runAllReal(of, cases.map(({ script }) => script));
    const other = cases.map((one, i) => ({ recorded: one, real: { script: one.script, ...results[i]! } })).filter(({ recorded, real: result }) => !same(recorded, result));
    expect(other).toEqual([]);
  });
});

describe('docs/fidelity.md', () => {
  it('has the score and the known differences as this suite finds them (npm run fidelity writes them)', () => {
    const document = readFileSync(new URL('../../../../docs/fidelity.md', import.meta.url), 'utf8');
    expect(insertReport(document, report(sections))).toBe(document);
  });
});
