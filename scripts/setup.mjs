// What `npm start`, `npm test` and `npm run bench` do first: dependencies, code generation, build. Plain Node, nothing installed yet.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, lstatSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const INSTALLED = 'node_modules/.podbox-installed';
const BUILT = 'dist/.built';

/** Ends the process with one line that says what is wrong and what to do. */
function fail(message) {
  console.error(`podbox: ${message}`);
  process.exit(1);
}

function step(title, command, args) {
  const started = performance.now();
  process.stdout.write(`podbox: ${title} ...\n`);
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  if (error) fail(`${command} could not be run: ${error.message}`);
  if (status !== 0) fail(`${title} failed (${command} ${args.join(' ')}); the lines above say why`);
  console.log(`podbox: ${title} done in ${((performance.now() - started) / 1000).toFixed(1)} s`);
}

/** What the sources are now: changes when a file is changed, added, removed or renamed. Generated code is left out. */
function stateOf(paths) {
  const hash = createHash('sha256');
  const add = (path) => {
    const stat = statSync(path);
    if (!stat.isDirectory()) return hash.update(`${path} ${stat.mtimeMs} ${stat.size}\n`);
    for (const name of readdirSync(path).sort()) if (name !== 'generated') add(join(path, name));
  };
  paths.filter((path) => existsSync(path)).forEach(add);
  return hash.digest('hex');
}

function installIfNeeded() {
  // A folder that somebody else provides (a link, as in a second checkout) is not ours to replace.
  if (lstatSync('node_modules', { throwIfNoEntry: false })?.isSymbolicLink()) return;
  const wanted = createHash('sha256').update(readFileSync('package-lock.json')).digest('hex');
  const installed = existsSync(INSTALLED) ? readFileSync(INSTALLED, 'utf8') : '';
  if (installed === wanted) return;
  step('installing dependencies (npm ci)', 'npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error']);
  writeFileSync(INSTALLED, wanted);
}

function buildIfNeeded() {
  const state = stateOf(['apps', 'libs', 'bench', 'prisma', 'scripts', 'package.json', 'package-lock.json', 'tsconfig.json']);
  if (existsSync(BUILT) && readFileSync(BUILT, 'utf8') === state) return;
  step('generating code and building', process.execPath, ['scripts/build.mjs']);
  mkdirSync('dist', { recursive: true });
  writeFileSync(BUILT, state);
}

export function setUp() {
  process.chdir(root);
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) fail(`Node.js 20.19 or newer is needed, this is ${process.versions.node}: install it from https://nodejs.org`);
  installIfNeeded();
  buildIfNeeded();
}
