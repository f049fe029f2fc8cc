/** The embedded Postgres: a real server from npm packages, its data in a folder of the project. */
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chownSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { SystemClock, sleep } from '#clock';
import { EmbeddedError } from './errors.js';
import { freshFolder, nativeFolder, placesFor, serverIdentity } from './postgres-files.js';
import type { Places } from './postgres-files.js';
import { onFreePort, spawnServer, untilReady } from './server.js';
import type { EmbeddedServer, Identity, ServerProcess } from './server.js';

export interface PostgresOptions {
  dataDir: string;
  /** Default: a free one. */
  port?: number;
  /** Told one line when something is not as asked for (another data folder, a former instance stopped). */
  notice?: (line: string) => void;
  /** Further settings, `name: value`. */
  settings?: Record<string, string>;
}

const USER = 'podbox';
const DATABASE = 'podbox';
const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 20_000;

/** Full durability (fsync, synchronous_commit and full_page_writes are on); what costs time without buying any is off. */
const SETTINGS: Record<string, string> = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '200',
  shared_buffers: '192MB',
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
  // No replication here, so the WAL need carry only what recovery needs.
  wal_level: 'minimal',
  max_wal_senders: '0',
  wal_buffers: '16MB',
  min_wal_size: '256MB',
  max_wal_size: '2GB',
  checkpoint_timeout: '15min',
  // Hot rows are rewritten all the time: dead versions are to go soon, in small bites.
  autovacuum_naptime: '10s',
  autovacuum_vacuum_cost_delay: '1ms',
  jit: 'off',
  max_parallel_workers_per_gather: '0',
  io_method: 'sync',
  random_page_cost: '1.1',
  log_checkpoints: 'off',
  max_prepared_transactions: '0',
};

/** @throws EmbeddedError */
export async function startPostgres(options: PostgresOptions): Promise<EmbeddedServer> {
  const notice = options.notice ?? (() => undefined);
  const identity = serverIdentity();
  const places = placesFor(nativeFolder(), options.dataDir, identity);
  if (places.notice) notice(places.notice);
  if (!existsSync(places.dataDir)) initialize(places, identity);
  checkVersion(places.dataDir);
  await endFormerInstance(places.dataDir, notice);
  const { server, port } = await onFreePort(options.port, async (port) => ({ server: await launch(places, port, identity, options.settings), port }));
  const password = readFileSync(join(places.dataDir, PASSWORD_FILE), 'utf8').trim();
  const url = `postgresql://${USER}:${password}@127.0.0.1:${port}`;
  try {
    await ensureDatabase(`${url}/postgres`);
  } catch (error) {
    await server.stop();
    throw new EmbeddedError('START_FAILED', `PostgreSQL on port ${port} does not let us in: ${(error as Error).message}`, { cause: error });
  }
  return { url: `${url}/${DATABASE}`, pid: server.pid, port, dataDir: places.dataDir, stop: server.stop };
}

const PASSWORD_FILE = 'podbox.password';
const OWNER_FILE = 'podbox.owner';

/** Makes the cluster beside its place and renames it, so that an initdb that was interrupted leaves nothing that looks like one. */
function initialize({ native, dataDir }: Places, identity: Identity | undefined): void {
  const partial = `${dataDir}.partial`;
  const passwordFile = `${dataDir}.password`;
  const own = (path: string) => identity && chownSync(path, identity.uid, identity.gid);
  freshFolder(partial, identity);
  writeFileSync(passwordFile, randomBytes(24).toString('hex'), { mode: 0o600 });
  own(passwordFile);
  const flags = ['--auth=scram-sha-256', '--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--no-instructions'];
  const { status, stderr, error } = spawnSync(join(native, 'bin', 'initdb'), [`--pgdata=${partial}`, `--username=${USER}`, `--pwfile=${passwordFile}`, ...flags], {
    cwd: partial,
    encoding: 'utf8',
    ...identity,
  });
  if (status !== 0) {
    throw new EmbeddedError('START_FAILED', `cannot make a PostgreSQL database in ${dataDir}: ${(error?.message ?? stderr).trim().split('\n').at(-1)}`);
  }
  renameSync(passwordFile, join(partial, PASSWORD_FILE));
  renameSync(partial, dataDir);
}

function checkVersion(dataDir: string): void {
  const file = join(dataDir, 'PG_VERSION');
  if (!existsSync(file) || !existsSync(join(dataDir, PASSWORD_FILE))) {
    throw new EmbeddedError('UNREADABLE', `${dataDir} is there but is not a database of Podbox: move it away, or give another data folder`);
  }
  const found = readFileSync(file, 'utf8').trim();
  if (found !== '18') throw new EmbeddedError('UNSUPPORTED', `the data in ${dataDir} is of PostgreSQL ${found}, but 18 is what comes with this version of Podbox`);
}

async function launch({ native, dataDir }: Places, port: number, identity: Identity | undefined, more: Record<string, string> = {}): Promise<ServerProcess> {
  const settings = { ...SETTINGS, ...more, port: String(port) };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const logFile = `${dataDir}.log`;
  const server = await spawnServer([join(native, 'bin', 'postgres'), '-D', dataDir, ...flags], {
    cwd: dataDir,
    identity,
    logFile,
    stopSignal: 'INT',
    env: { ...process.env, LC_ALL: 'C' },
  });
  // Line 8 of postmaster.pid is how the server tells pg_ctl that it takes connections.
  await untilReady('PostgreSQL', server, logFile, () => postmaster(dataDir)?.pid === server.pid && postmaster(dataDir)?.status === 'ready', START_TIMEOUT_MS);
  writeFileSync(join(dataDir, OWNER_FILE), `${process.pid} ${startOf(process.pid) ?? ''}`);
  return server;
}

async function ensureDatabase(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [DATABASE]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${DATABASE}`);
  } finally {
    await client.end();
  }
}

function postmaster(dataDir: string): { pid: number; status: string } | undefined {
  const file = join(dataDir, 'postmaster.pid');
  if (!existsSync(file)) return undefined;
  const lines = readFileSync(file, 'utf8').split('\n');
  return { pid: Number(lines[0]), status: lines[7]?.trim() ?? '' };
}

/** When a process began, in the kernel's ticks: tells a process from a later one with the same number. Undefined: no such process (or no /proc). */
function startOf(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ')[19];
  } catch {
    return undefined;
  }
}

const alive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};

/**
 * A server that still runs on this data folder: one whose starter is gone is on its way down (see spawnServer), or is told to go;
 * one whose starter lives is in use. A stale postmaster.pid is Postgres' own business, but for a number that something else has got since.
 */
async function endFormerInstance(dataDir: string, notice: (line: string) => void): Promise<void> {
  const clock = new SystemClock();
  const former = postmaster(dataDir)?.pid;
  if (!former || !alive(former) || !isPostgresOn(former, dataDir)) return;
  const [owner, ownerStart] = existsSync(join(dataDir, OWNER_FILE)) ? readFileSync(join(dataDir, OWNER_FILE), 'utf8').split(' ') : [];
  if (owner && alive(Number(owner)) && (startOf(Number(owner)) ?? '') === ownerStart) {
    throw new EmbeddedError('IN_USE', `the data in ${dataDir} is in use by another Podbox (process ${owner}): stop that one first`);
  }
  notice(`stopping the PostgreSQL that a former run left behind (process ${former})`);
  process.kill(former, 'SIGINT');
  for (let waited = 0; postmaster(dataDir)?.pid === former && alive(former); waited += 20) {
    if (waited === STOP_TIMEOUT_MS) process.kill(former, 'SIGQUIT');
    if (waited > 2 * STOP_TIMEOUT_MS) throw new EmbeddedError('IN_USE', `PostgreSQL (process ${former}) still runs on ${dataDir} and does not stop`);
    await sleep(clock, 20);
  }
}

function isPostgresOn(pid: number, dataDir: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes(dataDir);
  } catch {
    // Without /proc: Postgres itself would refuse to start while this process lives, so it is taken for one.
    return !existsSync('/proc/self');
  }
}
