// Generates code (Prisma client, GraphQL types) where its inputs changed, compiles, and copies the data files beside the output.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
process.chdir(root);
mkdirSync('dist', { recursive: true });

const DATA = new Set(['.graphql', '.yaml', '.yml', '.json', '.html', '.proto', '.sql']);

function* filesBelow(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* filesBelow(path);
    else yield path;
  }
}

function run(command, args, env = {}) {
  const { status } = spawnSync(command, args, { stdio: 'inherit', env: { ...process.env, ...env } });
  if (status !== 0) process.exit(status ?? 1);
}

/** Runs `make` when `inputs` differ from what they were at the last success, or `output` is missing. */
function generate(name, inputs, output, make) {
  const hash = createHash('sha256');
  for (const input of inputs) hash.update(readFileSync(input));
  const digest = hash.digest('hex');
  const stamp = `dist/.generated-${name}`;
  if (existsSync(output) && existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) return;
  make();
  writeFileSync(stamp, digest);
}

const bin = (name) => join('node_modules', '.bin', name);

if (existsSync('prisma/schema.prisma')) {
  generate('prisma', ['prisma/schema.prisma', 'package-lock.json'], 'libs/store/generated', () =>
    // The schema engine is not used (migrations are plain SQL, applied by libs/store), and its download may be out of reach.
    run(bin('prisma'), ['generate'], { PRISMA_SCHEMA_ENGINE_BINARY: process.env.PRISMA_SCHEMA_ENGINE_BINARY ?? '/bin/false', PRISMA_HIDE_UPDATE_MESSAGE: '1' }),
  );
}
if (existsSync('apps/api/graphql/schema.graphql') && existsSync('scripts/graphql-types.mjs')) {
  generate('graphql', ['apps/api/graphql/schema.graphql', 'scripts/graphql-types.mjs'], 'apps/api/graphql/generated', () =>
    run(process.execPath, ['scripts/graphql-types.mjs']),
  );
}
if (existsSync('scripts/openapi.mjs')) {
  generate('openapi', ['scripts/openapi.mjs', 'libs/objects/types.ts', 'package-lock.json'], 'dist/libs/apiserver/openapi', () =>
    run(process.execPath, ['scripts/openapi.mjs']),
  );
}

// What was deleted or renamed must not live on in dist: Jest would still run it, or read it. The OpenAPI files are made there.
for (const folder of ['apps', 'libs', 'bench', 'examples']) {
  if (!existsSync(join('dist', folder))) continue;
  for (const file of filesBelow(join('dist', folder))) {
    const source = file.slice('dist/'.length).replace(/\.js(\.map)?$/, '.ts');
    const copied = DATA.has(extname(file)) && !file.startsWith('dist/libs/apiserver/openapi/');
    if ((/\.js(\.map)?$/.test(file) || copied) && !existsSync(source)) rmSync(file);
  }
}
run(bin('tsc'), ['-p', 'tsconfig.json']);
for (const folder of ['apps', 'libs', 'bench', 'examples']) {
  if (!existsSync(folder)) continue;
  for (const file of filesBelow(folder)) {
    if (!DATA.has(extname(file))) continue;
    mkdirSync(join('dist', dirname(file)), { recursive: true });
    cpSync(file, join('dist', file));
  }
}
