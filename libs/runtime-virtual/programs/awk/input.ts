/** The main input: the files that ARGV names, and the assignments among them; standard input where it names none. */
import { BLOCKED, errorMessage } from '../../kernel/errors.js';
import type { Kernel } from '../../kernel/kernel.js';
import type { Process } from '../../kernel/state.js';
import { closeLines, openLines } from '../lines.js';
import { unescape } from './lexer.js';
import { ARGC, FILENAME, FNR, readRecord, setGlobal, text } from './record.js';
import type { AwkState } from './state.js';
import { toNumber } from './values.js';

/** name=value, where a script's variable has that name. */
export function assignment(s: AwkState, argument: string): boolean {
  const found = /^([A-Za-z_]\w*)=([^]*)$/.exec(argument);
  if (!found) return false;
  const index = Object.hasOwn(s.variables, found[1]!) ? s.variables[found[1]!] : undefined;
  if (index !== undefined) setGlobal(s, index, [unescape(found[2]!)]);
  return true;
}

/** The next record of the main input; null at its end; BLOCKED. What can't be opened is told and passed over. */
export function nextRecord(k: Kernel, p: Process, s: AwkState): string | null | number {
  for (;;) {
    if (!s.input) {
      if (!openNext(k, p, s)) return null;
      continue;
    }
    const record = readRecord(k, p, s, s.input);
    if (record === BLOCKED || typeof record === 'string') return record;
    if (typeof record === 'number') tell(s, text(s, s.globals[FILENAME]!), record);
    closeLines(k, p, s.input);
    s.input = null;
  }
}

function tell(s: AwkState, name: string, error: number): void {
  s.pending.push([2, `awk: ${name}: ${errorMessage(error)}\n`]);
  s.code = 1;
}

function openNext(k: Kernel, p: Process, s: AwkState): boolean {
  const argv = s.arrays[s.names['$ARGV']!]!;
  while (s.argument < toNumber(s.globals[ARGC]!)) {
    const name = text(s, argv[`$${s.argument++}`] ?? null);
    if (name === '' || assignment(s, name)) continue;
    s.sawFile = true;
    if (open(k, p, s, name)) return true;
  }
  if (s.sawFile) return false;
  s.sawFile = true;
  return open(k, p, s, '-');
}

function open(k: Kernel, p: Process, s: AwkState, name: string): boolean {
  const lines = openLines(k, p, name);
  if (typeof lines === 'number') {
    tell(s, name, lines);
    return false;
  }
  s.input = lines;
  s.globals[FILENAME] = name === '-' ? '' : name;
  s.globals[FNR] = 0;
  return true;
}

/** nextfile. */
export function skipFile(k: Kernel, p: Process, s: AwkState): void {
  if (s.input) closeLines(k, p, s.input);
  s.input = null;
}
