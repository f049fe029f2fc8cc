// npm test: set up, lint, check the import rules, then every Jest project; one line of counts at the end, from Jest's own report.
// Arguments go to Jest: npm test -- --selectProjects unit
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setUp } from './setup.mjs';

setUp();
const jestArguments = process.argv.slice(2);
const bin = (name) => join('node_modules', '.bin', name);

function check(title, command, args) {
  console.log(`podbox: ${title}`);
  const { status } = spawnSync(command, args, { stdio: 'inherit' });
  if (status !== 0) {
    console.error(`podbox: ${title} failed`);
    process.exit(status ?? 1);
  }
}

if (jestArguments.length === 0) {
  check('ESLint', bin('eslint'), ['--max-warnings', '0', 'apps', 'libs', 'bench', 'scripts', 'examples']);
  check('import rules', bin('depcruise'), ['--config', '.dependency-cruiser.cjs', 'apps', 'libs', 'bench']);
}

if (spawnSync('kubectl', ['version', '--client']).status !== 0) {
  console.log('podbox: NOT TESTED WITH KUBECTL: no kubectl on PATH. Its tests are left out and counted as skipped.');
}

const missing = spawnSync('scripts/containerd/containerd.sh', ['check'], { encoding: 'utf8' });
if (missing.status !== 0) {
  const why = missing.stderr.trim().replace(/^podbox: /, '') || missing.error?.message;
  console.log(`podbox: NOT TESTED WITH REAL CONTAINERS: ${why}. Their tests are left out and counted as skipped.`);
}

const folder = mkdtempSync(join(tmpdir(), 'podbox-test-'));
const report = join(folder, 'report.json');
const { status } = spawnSync(
  process.execPath,
  ['--experimental-vm-modules', '--no-warnings', bin('jest'), '--json', `--outputFile=${report}`, ...jestArguments],
  { stdio: 'inherit' },
);
const result = JSON.parse(readFileSync(report, 'utf8'));
rmSync(folder, { recursive: true });
// A file that cannot even be loaded has no tests to count: count it as one failure.
const failed = result.numFailedTests + result.numRuntimeErrorTestSuites;
console.log(`${result.numPassedTests} passed, ${failed} failed, ${result.numPendingTests} skipped`);
process.exit(status === 0 && failed === 0 && result.numPassedTests > 0 ? 0 : 1);
