/** For tests: the same scripts run by a real busybox, where the machine has one. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const SIGNALS: Record<string, number> = { SIGINT: 2, SIGKILL: 9, SIGTERM: 15 };
const PLACES = ['/bin/busybox', '/usr/bin/busybox'];

/** A folder with a link for each of busybox's programs, made by `--install`; undefined: there is no busybox. Remove it afterwards. */
export function installBusybox(): string | undefined {
  for (const busybox of PLACES) {
    const folder = mkdtempSync(join(tmpdir(), 'busybox-'));
    const made = spawnSync(busybox, ['--install', '-s', folder], { stdio: 'ignore' });
    if (!made.error) return folder;
    rmSync(folder, { recursive: true });
  }
  return undefined;
}

/** Runs a script in an empty folder, with nothing on standard input. */
export function runReal(folder: string, script: string): { stdout: string; code: number } {
  const cwd = mkdtempSync(join(tmpdir(), 'busybox-run-'));
  const done = spawnSync(join(folder, 'sh'), ['-c', script], { argv0: 'sh', cwd, env: { PATH: folder, HOME: '/root' }, input: '', encoding: 'latin1', timeout: 20_000 });
  rmSync(cwd, { recursive: true, force: true });
  return { stdout: done.stdout, code: done.status ?? 128 + (SIGNALS[done.signal ?? ''] ?? 0) };
}

