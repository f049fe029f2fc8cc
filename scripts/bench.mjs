// npm run bench [-- NAME ...]: set up, then run a benchmark (bench/NAME.ts); `pods` when none is named.
import { spawnSync } from 'node:child_process';
import { setUp } from './setup.mjs';

const BENCHMARKS = ['pods', 'density', 'schedule', 'streams', 'store', 'runtime', 'cri'];

setUp();
const [name = 'pods', ...rest] = process.argv.slice(2);
if (!BENCHMARKS.includes(name)) {
  console.error(`podbox: there is no benchmark "${name}"; there are: ${BENCHMARKS.join(', ')}`);
  process.exit(1);
}
process.exit(spawnSync(process.execPath, [`dist/bench/${name}.js`, ...rest], { stdio: 'inherit' }).status ?? 1);
