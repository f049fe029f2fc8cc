// npm run bench [-- NAME ...]: set up, then run a benchmark (bench/NAME.ts); `pods` when none is named.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { setUp } from './setup.mjs';

setUp();
const [name = 'pods', ...rest] = process.argv.slice(2);
const file = `dist/bench/${name}.js`;
if (!existsSync(file)) {
  const names = readdirSync('bench').filter((entry) => entry.endsWith('.ts')).map((entry) => entry.slice(0, -3));
  console.error(`podbox: there is no benchmark "${name}"; there are: ${names.join(', ')}`);
  process.exit(1);
}
process.exit(spawnSync(process.execPath, [file, ...rest], { stdio: 'inherit' }).status ?? 1);
