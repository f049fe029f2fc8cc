/** The suite's score and the known differences, as they stand in docs/fidelity.md. */
import type { Section } from './cases.js';
import { runKernel, same } from './cases.js';

export const BEGIN = '<!-- busybox: begin (made by `npm run fidelity`, checked by libs/runtime-virtual/fidelity/busybox.spec.ts) -->';
export const END = '<!-- busybox: end -->';

const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ⏎ ');
const code = (text: string) => `\`${cell(text).replaceAll('`', "'")}\``;

export function report(sections: Section[]): string {
  const all = sections.flatMap(({ cases }) => cases);
  const alike = all.filter((one) => same(one, runKernel(one.script)));
  const rows = sections.map(({ title, cases }) => `| ${cell(title)} | ${cases.length} | ${cases.filter((one) => alike.includes(one)).length} |`);
  const different = all.filter((one) => !alike.includes(one));
  return [
    `${alike.length} of ${all.length} scripts do as busybox does: the same standard output, last line of standard error, and exit code.`,
    '',
    '| subject | scripts | alike |',
    '|---|---|---|',
    ...rows,
    '',
    'Known differences:',
    '',
    '| script | why |',
    '|---|---|',
    ...different.map((one) => `| ${code(one.script)} | ${cell(one.differs ?? 'not known')} |`),
  ].join('\n');
}

/** A document with its marked part replaced. Throws where there is none. */
export function insertReport(document: string, text: string): string {
  const begin = document.indexOf(BEGIN);
  const end = document.indexOf(END);
  if (begin < 0 || end < begin) throw new Error(`docs/fidelity.md has no part between "${BEGIN}" and "${END}"`);
  return `${document.slice(0, begin + BEGIN.length)}\n\n${text}\n\n${document.slice(end)}`;
}
