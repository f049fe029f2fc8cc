/** awk: the script is compiled to instructions; a process is the state of their machine, and each step takes a bounded number of them. */
import { readWhole } from '../../files/stat.js';
import { BLOCKED, errorMessage } from '../../kernel/errors.js';
import type { Kernel } from '../../kernel/kernel.js';
import { RAN } from '../../kernel/program.js';
import type { Program } from '../../kernel/program.js';
import type { Process } from '../../kernel/state.js';
import { parseOptions, usage } from '../options.js';
import { RegexError } from '../regex.js';
import { flush } from '../simple.js';
import { compileAwk, SPECIAL } from './compile.js';
import type { Compiled } from './compile.js';
import { assignment, nextRecord, skipFile } from './input.js';
import { AwkError, unescape } from './lexer.js';
import { newArray, runInstruction } from './machine.js';
import { ARGC, FNR, FS, NR, setGlobal, setRecord } from './record.js';
import type { AwkState } from './state.js';
import { closeAll } from './streams.js';
import { toNumber } from './values.js';
import type { Value } from './values.js';

const INSTRUCTIONS_A_STEP = 400;
const MAX_PENDING = 32_768;
const compiled = new Map<string, Compiled>();

function programOf(script: string): Compiled {
  let found = compiled.get(script);
  if (!found) {
    found = compileAwk(script);
    if (compiled.size >= 200) compiled.clear();
    compiled.set(script, found);
  }
  return found;
}

const DEFAULTS: Partial<Record<(typeof SPECIAL)[number], Value>> = {
  NF: 0, NR: 0, FNR: 0, FS: ' ', OFS: ' ', RS: '\n', ORS: '\n', SUBSEP: '\x1c', CONVFMT: '%.6g', OFMT: '%.6g', FILENAME: '', RSTART: 0, RLENGTH: -1, ARGC: 1,
};

export const awk: Program<AwkState> = {
  init: () => ({
    script: '', phase: 'start', at: 0, stack: [], frames: [], globals: SPECIAL.map((name) => DEFAULTS[name] ?? null), variables: {}, names: {}, arrays: {}, lastArray: 0, ranges: {}, record: '', fields: null,
    argument: 1, sawFile: false, input: null, streams: [], child: 0, random: 1, seed: 1, pending: [], code: 0,
  }),
  step(k, p, s) {
    const left = flush(k, p, s.pending);
    if (left !== 0) return left === RAN || left === BLOCKED ? left : 2;
    try {
      return advance(k, p, s);
    } catch (error) {
      if (!(error instanceof AwkError || error instanceof RegexError)) throw error;
      s.pending.push([2, `awk: cmd. line:1: ${error.message}\n`]);
      s.code = 1;
      s.phase = 'closing';
      return RAN;
    }
  },
};

function advance(k: Kernel, p: Process, s: AwkState): number {
  switch (s.phase) {
    case 'start':
      begin(k, p, s);
      return RAN;
    case 'closing':
      if (closeAll(k, p, s) === BLOCKED) return BLOCKED;
      s.phase = 'done';
      return RAN;
    case 'done':
      return s.code;
    default:
      return run(k, p, s, programOf(s.script));
  }
}

function run(k: Kernel, p: Process, s: AwkState, program: Compiled): number {
  for (let i = 0; i < INSTRUCTIONS_A_STEP; i++) {
    const last = s.pending[s.pending.length - 1];
    if (last && (last[1].length > MAX_PENDING || s.pending.length > 32)) return RAN;
    if (s.phase === 'input') {
      const record = nextRecord(k, p, s);
      if (record === BLOCKED) return s.pending.length > 0 ? RAN : BLOCKED;
      if (typeof record !== 'string') toEnd(s, program);
      else {
        setRecord(s, record);
        s.globals[NR] = toNumber(s.globals[NR]!) + 1;
        s.globals[FNR] = toNumber(s.globals[FNR]!) + 1;
        s.phase = 'main';
        s.at = program.main;
      }
      continue;
    }
    if (s.phase === 'closing') return RAN;
    const op = program.code[s.at]![0];
    if (op === 'done' || op === 'next' || op === 'nextfile' || op === 'exit') leave(k, p, s, program, op);
    else if (runInstruction(k, p, s, program) === BLOCKED) return s.pending.length > 0 ? RAN : BLOCKED;
  }
  return RAN;
}

/** The end of a part of the script, by its end or by `next` and `exit`. */
function leave(k: Kernel, p: Process, s: AwkState, program: Compiled, op: string): void {
  if (op === 'exit') {
    s.code = toNumber((s.stack.pop() ?? null) as Value) & 255;
    if (s.phase === 'end') s.phase = 'closing';
    else toEnd(s, program);
  } else if (op === 'done' && s.phase === 'end') s.phase = 'closing';
  else if (op === 'done' && s.phase === 'begin') {
    if (program.hasMain || program.hasEnd) s.phase = 'input';
    else s.phase = 'closing';
  } else {
    if (op === 'nextfile') skipFile(k, p, s);
    s.phase = 'input';
  }
  s.stack = [];
  s.frames = [];
}

function toEnd(s: AwkState, program: Compiled): void {
  s.phase = program.hasEnd ? 'end' : 'closing';
  s.at = program.end;
}

function begin(k: Kernel, p: Process, s: AwkState): void {
  const io = { k, p, argv: p.argv, out: '', err: '' };
  const options = parseOptions(io, 'F:v:f:e:W:', [], true);
  const fail = () => {
    s.pending.push([2, io.err]);
    s.code = 1;
    s.phase = 'closing';
  };
  if (!options) return fail();
  const scripts: string[] = [...(options.all['e'] ?? [])];
  for (const file of options.all['f'] ?? []) {
    const found = readWhole(k, p, file);
    if (typeof found === 'number') {
      io.err += `awk: ${file}: ${errorMessage(found)}\n`;
      return fail();
    }
    scripts.push(found);
  }
  const args = [...options.rest];
  if (scripts.length === 0) {
    const script = args.shift();
    if (script === undefined) {
      usage(io, 'awk [OPTIONS] [AWK_PROGRAM] [FILE]...');
      return fail();
    }
    scripts.push(script);
  }
  s.script = scripts.join('\n');
  const program = programOf(s.script);
  s.variables = program.globals;
  s.names = { $ENVIRON: newArray(s), $ARGV: newArray(s) };
  for (const [name, value] of Object.entries(p.env)) s.arrays[s.names['$ENVIRON']!]![`$${name}`] = [value];
  ['awk', ...args].forEach((arg, i) => (s.arrays[s.names['$ARGV']!]![`$${i}`] = [arg]));
  s.globals[ARGC] = args.length + 1;
  const separator = options.value('F');
  if (separator !== undefined) setGlobal(s, FS, separator === 't' ? '\t' : unescape(separator));
  for (const given of options.all['v'] ?? []) {
    if (assignment(s, given) || /^[A-Za-z_]\w*=/.test(given)) continue;
    io.err += `awk: invalid -v argument '${given}'\n`;
    return fail();
  }
  s.phase = 'begin';
  s.at = program.begin;
}
