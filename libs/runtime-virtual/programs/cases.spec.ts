import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { runCommand } from '../kernel/test-machine.js';

interface Case {
  script: string;
  stdout: string;
  code?: number;
}

const folder = new URL('./cases/', import.meta.url);

describe.each(readdirSync(folder))('as busybox does: %s', (file) => {
  const sections = parse(readFileSync(new URL(file, folder), 'utf8')) as Record<string, Case[]>;
  it.each(Object.values(sections).flat().map((one) => [one.script, one] as const))('%s', (_script, { script, stdout, code = 0 }) => {
    const done = runCommand(['sh', '-c', script], { workingDir: '/work', env: { HOME: '/root' } });
    expect({ stdout: done.stdout, code: done.code }).toEqual({ stdout, code });
  });
});
