/**
 * npm run fidelity: runs all cases by the real busybox of this machine, writes what it did into cases/*.yaml and the score into docs/fidelity.md.
 * A new case needs only its `script`. Give names of files to record only these.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { parse, stringify } from 'yaml';
import { loadCases, runKernel, same, type Result } from './cases.js';
import { installBusybox, runAllReal } from './real-busybox.js';
import { insertReport, report } from './report.js';

const FOLDER = 'libs/runtime-virtual/fidelity/cases';
const DOCUMENT = 'docs/fidelity.md';

async function record(busybox: string, file: string): Promise<void> {
  const path = `${FOLDER}/${file}`;
  const sections = parse(readFileSync(path, 'utf8')) as Record<string, { script: string; differs?: string }[]>;
  const recorded: Record<string, unknown[]> = {};
  for (const [title, cases] of Object.entries(sections)) {
    const results = await runAllReal(busybox, cases.map(({ script }) => script));
    recorded[title] = cases.map(({ script, differs }, i) => written(script, results[i]!, differs));
  }
  writeFileSync(path, stringify(recorded, { lineWidth: 0 }));
}

function written(script: string, { stdout, stderr, code }: Result, differs?: string) {
  return { script, stdout, ...(stderr !== '' && { stderr }), ...(code !== 0 && { code }), ...(differs !== undefined && { differs }) };
}

const busybox = installBusybox();
if (!busybox) {
  console.error('podbox: there is no busybox on this machine (apt-get install busybox-static)');
  process.exit(1);
}
const wanted = process.argv.slice(2);
for (const file of new Set(loadCases(FOLDER).map((section) => section.file))) if (wanted.length === 0 || wanted.includes(file)) await record(busybox, file);
rmSync(busybox, { recursive: true });
const sections = loadCases(FOLDER);
for (const { title, cases } of sections) {
  for (const one of cases) {
    const result = runKernel(one.script);
    if (same(one, result) !== (one.differs === undefined)) console.log(title, { ...one, kernel: result });
  }
}
writeFileSync(DOCUMENT, insertReport(readFileSync(DOCUMENT, 'utf8'), report(sections)));
console.log(report(sections).split('\n')[0]);
