/** Finds a redis-server: on PATH, else unpacked from Debian's packages into the project's cache (needs no root). */
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EmbeddedError } from './errors.js';

export interface RedisBinary {
  command: string;
  env: NodeJS.ProcessEnv;
}

const PACKAGES = ['redis-server', 'redis-tools', 'libjemalloc2', 'liblzf1'];
const HELP = 'install a Redis server ("apt-get install redis-server"), or run "docker compose up -d redis" and set REDIS_URL=redis://127.0.0.1:6379';

/** `.podbox/cache` of the project that this file belongs to. */
export const projectCache = (): string => join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..', '.podbox', 'cache');

/** @throws EmbeddedError NOT_INSTALLED */
export function findRedis(cacheDir: string, notice: (line: string) => void): RedisBinary {
  const onPath = (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, 'redis-server')).find(isExecutable);
  if (onPath && works({ command: onPath, env: process.env })) return { command: onPath, env: process.env };
  const target = join(cacheDir, 'redis');
  if (existsSync(target)) {
    const cached = unpackedIn(target);
    if (works(cached)) return cached;
    rmSync(target, { recursive: true, force: true });
  }
  notice('no redis-server found: fetching Debian\'s package into the project\'s cache');
  download(target);
  const fetched = unpackedIn(target);
  if (!works(fetched)) throw new EmbeddedError('NOT_INSTALLED', `the Redis that was fetched into ${target} does not run here: ${HELP}`);
  return fetched;
}

function download(target: string): void {
  if (!isOnPath('apt-get') || !isOnPath('dpkg')) throw new EmbeddedError('NOT_INSTALLED', `no redis-server found: ${HELP}`);
  const partial = `${target}.${process.pid}`;
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(partial, { recursive: true });
  const fetch = () => spawnSync('apt-get', ['download', '-q', ...PACKAGES], { cwd: partial, encoding: 'utf8', stdio: ['ignore', 'ignore', 'pipe'] });
  let result = fetch();
  if (result.status !== 0 && process.getuid?.() === 0) {
    // A fresh container image has no package lists yet, or stale ones.
    spawnSync('apt-get', ['update', '-q'], { stdio: 'ignore' });
    result = fetch();
  }
  const archives = readdirSync(partial).filter((name) => name.endsWith('.deb'));
  const unpacked = result.status === 0 && archives.every((name) => spawnSync('dpkg', ['-x', name, '.'], { cwd: partial, stdio: 'ignore' }).status === 0);
  if (!unpacked) {
    const why = result.stderr.split('\n').filter((line) => line.startsWith('E:')).at(0) ?? 'apt-get download failed';
    rmSync(partial, { recursive: true, force: true });
    throw new EmbeddedError('NOT_INSTALLED', `no redis-server found, and it could not be fetched (${why}): ${HELP}`);
  }
  for (const name of archives) rmSync(join(partial, name));
  // Another process may have been faster: its copy is as good.
  if (existsSync(target)) rmSync(partial, { recursive: true, force: true });
  else renameSync(partial, target);
}

function unpackedIn(folder: string): RedisBinary {
  const libraries = join(folder, 'usr', 'lib');
  const folders = existsSync(libraries) ? readdirSync(libraries).map((name) => join(libraries, name)) : [];
  const path = [...folders, process.env.LD_LIBRARY_PATH].filter(Boolean).join(':');
  return { command: join(folder, 'usr', 'bin', 'redis-server'), env: { ...process.env, LD_LIBRARY_PATH: path } };
}

const works = ({ command, env }: RedisBinary): boolean => spawnSync(command, ['--version'], { env, stdio: 'ignore' }).status === 0;
const isOnPath = (name: string): boolean => (process.env.PATH ?? '').split(delimiter).some((folder) => isExecutable(join(folder, name)));

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
