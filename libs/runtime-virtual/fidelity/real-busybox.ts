/** For tests: the same scripts run by a real busybox, where the machine has one. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lastLine, type Result } from './cases.js';

const SIGNALS: Record<string, number> = { SIGHUP: 1, SIGINT: 2, SIGQUIT: 3, SIGKILL: 9, SIGUSR1: 10, SIGPIPE: 13, SIGALRM: 14, SIGTERM: 15 };
const AT_ONCE = 6;
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
function runReal(folder: string, script: string): Promise<Result> {
  const cwd = mkdtempSync(join(tmpdir(), 'busybox-run-'));
  // A process group of its own: what the script leaves running, or does not come to an end, is ended with it.
  const options = { argv0: 'sh', cwd, env: { PATH: folder, HOME: '/root' }, timeout: 20_000, detached: true };
  return new Promise((resolve, reject) => {
    const child = spawn(join(folder, 'sh'), ['-c', script], { ...options, stdio: ['pipe', 'pipe', 'pipe'] });
    const text = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) child[name].setEncoding('latin1').on('data', (data: string) => (text[name] += data));
    child.stdin.end();
    child.on('error', reject);
    child.on('exit', () => endGroup(child.pid!));
    child.on('close', (code, signal) => {
      rmSync(cwd, { recursive: true, force: true });
      resolve({ stdout: text.stdout, stderr: lastLine(text.stderr), code: code ?? 128 + (SIGNALS[signal ?? ''] ?? 0) });
    });
  });
}

/** Runs scripts, a few at a time. */
export async function runAllReal(folder: string, scripts: string[]): Promise<Result[]> {
  const results: Result[] = [];
  let next = 0;
  const worker = async () => {
    for (let i = next++; i < scripts.length; i = next++) results[i] = await runReal(folder, scripts[i]!);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return results;
}

function endGroup(leader: number): void {
  try {
    process.kill(-leader, 'SIGKILL');
  } catch (error) {
    // ESRCH: nothing of it is left, as is usual.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
