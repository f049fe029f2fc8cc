/** For tests: the same scripts run by a real busybox, where the machine has one. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lastLine, type Result } from './cases.js';

const SIGNALS: Record<string, number> = { SIGHUP: 1, SIGINT: 2, SIGQUIT: 3, SIGKILL: 9, SIGUSR1: 10, SIGPIPE: 13, SIGALRM: 14, SIGTERM: 15 };
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

/** Its first line: "BusyBox v1.35.0 (Debian ..) multi-call binary." */
export function busyboxVersion(folder: string): string {
  return spawnSync(join(folder, 'busybox'), { encoding: 'utf8' }).stdout.split('\n')[0] ?? '';
}

/** Runs a script in an empty folder, with nothing on standard input. */
export function runReal(folder: string, script: string): Result {
  const cwd = mkdtempSync(join(tmpdir(), 'busybox-run-'));
  // A process group of its own: what the script leaves running, or does not come to an end, is ended with it.
  const options = { argv0: 'sh', cwd, env: { PATH: folder, HOME: '/root' }, input: '', encoding: 'latin1', timeout: 20_000, detached: true } as const;
  const done = spawnSync(join(folder, 'sh'), ['-c', script], options);
  endGroup(done.pid);
  rmSync(cwd, { recursive: true, force: true });
  return { stdout: done.stdout, stderr: lastLine(done.stderr), code: done.status ?? 128 + (SIGNALS[done.signal ?? ''] ?? 0) };
}

function endGroup(leader: number): void {
  try {
    process.kill(-leader, 'SIGKILL');
  } catch (error) {
    // ESRCH: nothing of it is left, as is usual.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
