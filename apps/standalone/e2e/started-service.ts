/** The service as a user starts it, for the end-to-end tests: its own folder, its own port, its own databases. */
import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from '#testing';

const MAIN = fileURLToPath(new URL('../main.js', import.meta.url));

export interface StartedService {
  url: string;
  port: number;
  dataDir: string;
  /** All that it printed so far. */
  output(): string;
  /** Process id of its `api` or `worker` process. */
  pidOf(app: 'api' | 'worker'): number;
  /** Ctrl-C; resolves with the exit code. */
  interrupt(): Promise<number | null>;
  /** Ends it and removes its folder. */
  dispose(): Promise<void>;
}

export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Runs `npm start`'s program; resolves when it has ended or printed `until`. */
export async function runMain(args: string[], env: NodeJS.ProcessEnv, until: RegExp): Promise<{ process: ChildProcess; output: () => string; exitCode: () => number | null }> {
  const child = spawn(process.execPath, [MAIN, ...args], { env: { ...process.env, DATABASE_URL: '', REDIS_URL: '', ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  await new Promise<void>((resolve) => {
    // What it prints may come in pieces: `until` names the last of what the test reads.
    const onData = (data: Buffer) => {
      output += data.toString();
      if (until.test(output)) resolve();
    };
    child.stdout.on('data', onData);
    child.stderr.on('data', onData);
    child.once('close', () => resolve());
  });
  return { process: child, output: () => output, exitCode: () => child.exitCode };
}

export async function startService(options: { dataDir?: string; port?: number; env?: NodeJS.ProcessEnv; runtime?: 'cri' } = {}): Promise<StartedService> {
  const dataDir = options.dataDir ?? temporaryFolder('e2e');
  const port = options.port ?? (await freePort());
  const main = await runMain(['--listen', `127.0.0.1:${port}`, '--data', dataDir, ...(options.runtime ? ['--runtime', options.runtime] : [])], options.env ?? {}, /Podbox is ready on [^]*the same over GraphQL\n/);
  if (main.exitCode() !== null) throw new Error(`the service did not start:\n${main.output()}`);
  const interrupt = async () => {
    if (main.process.exitCode !== null) return main.process.exitCode;
    const closed = once(main.process, 'close');
    main.process.kill('SIGINT');
    await closed;
    return main.process.exitCode;
  };
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    dataDir,
    output: main.output,
    pidOf: (app) => childOf(main.process.pid!, `apps/${app}/main.js`),
    interrupt,
    async dispose() {
      await interrupt();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

function childOf(parent: number, script: string): number {
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const status = readOrEmpty(`/proc/${entry}/status`);
    if (Number(/^PPid:\s+(\d+)/m.exec(status)?.[1]) === parent && readOrEmpty(`/proc/${entry}/cmdline`).includes(script)) return Number(entry);
  }
  throw new Error(`no process ${script} below ${parent}`);
}

/** A process that ended meanwhile is no match. */
function readOrEmpty(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return '';
    throw error;
  }
}

/** Whether a kubectl is there. Where it is not, its tests are counted as skipped, and `npm test` says so. */
export const hasKubectl = spawnSync('kubectl', ['version', '--client']).status === 0;
