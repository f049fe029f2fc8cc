/** The conformance suite against busybox: small scripts with what a real busybox did with them, by subject, and how the kernel fares. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { runCommand } from '../kernel/test-machine.js';

/** What a script printed (bytes as latin1) and how it ended. `stderr`: its last line, '' where there is none. */
export interface Result {
  stdout: string;
  stderr: string;
  code: number;
}

export interface Case extends Result {
  script: string;
  /** Why the kernel's result is another one, where that is known and stays. */
  differs?: string;
}

export interface Section {
  file: string;
  title: string;
  cases: Case[];
}

/** A case as it stands in YAML: `code` 0 and `stderr` '' are left out. */
interface Written {
  script: string;
  stdout?: string;
  stderr?: string;
  code?: number;
  differs?: string;
}

const folder = fileURLToPath(new URL('./cases/', import.meta.url));

export function loadCases(from = folder): Section[] {
  return readdirSync(from)
    .filter((name) => name.endsWith('.yaml'))
    .sort()
    .flatMap((file) =>
      Object.entries(parse(readFileSync(`${from}/${file}`, 'utf8')) as Record<string, Written[]>).map(([title, cases]) => ({
        file,
        title,
        cases: cases.map((one) => ({ stdout: '', stderr: '', code: 0, ...one })),
      })),
    );
}

/** The last line, without the folder that the real one ran in. */
export function lastLine(text: string): string {
  return text.replace(/\n+$/, '').split('\n').pop()!;
}

/** Runs a script in an empty folder, with nothing on standard input, and not as PID 1. */
export function runKernel(script: string): Result {
  const { stdout, stderr, code } = runCommand(['sh', '-c', script], { workingDir: '/work', env: { HOME: '/root' }, sharePid: true });
  return { stdout, stderr: lastLine(stderr), code };
}

export function same(a: Result, b: Result): boolean {
  return a.stdout === b.stdout && a.stderr === b.stderr && a.code === b.code;
}
