import { describe, expect, it } from '@jest/globals';
import { loadCases } from '../fidelity/cases.js';
import type { Machine } from './machine.js';
import { runCommand } from './test-machine.js';

const scripts = loadCases().flatMap(({ cases }) => cases.map(({ script }) => script));

/** A script of more steps than this is not copied after each of them, but this often. */
const MOST = 24;

/** Through text and back: whatever is not plain data is lost on the way. */
function throughText(machine: Machine): void {
  machine.restorePod(JSON.parse(JSON.stringify(machine.snapshotPod('pod'))));
}

function run(script: string, each?: (machine: Machine) => void) {
  const { stdout, stderr, code, outputs } = runCommand(['sh', '-c', script], { workingDir: '/work', env: { HOME: '/root' }, steps: 1, each });
  return { stdout, stderr, code, times: outputs.map((output) => ('at' in output ? output.at : 0)) };
}

describe('a pod that is written as JSON and restored after every single step gives the same output', () => {
  it.each(scripts)('%s', (script) => {
    let steps = 0;
    const expected = run(script, () => steps++);
    const every = Math.ceil(steps / MOST);
    let step = 0;
    expect(run(script, (machine) => step++ % every === 0 && throughText(machine))).toEqual(expected);
  });
});

describe('the same calls on a machine of the same seed', () => {
  it.each(scripts.filter((_, i) => i % 10 === 0))('give the same outputs at the same times: %s', (script) => {
    expect(run(script)).toEqual(run(script));
  });

  it('draw the same random numbers', () => {
    const script = 'echo $RANDOM $RANDOM; head -c 100 /dev/urandom | md5sum; mktemp -u';
    expect(run(script)).toEqual(run(script));
  });
});
