/** sed: the POSIX script language with busybox's additions. A process is its state; each step takes a bounded number of commands. */
import { CREATE, openPath, TRUNCATE, WRITE } from '../../files/open.js';
import { readWhole } from '../../files/stat.js';
import { BLOCKED, errorMessage } from '../../kernel/errors.js';
import type { Kernel } from '../../kernel/kernel.js';
import { attach } from '../../kernel/open-files.js';
import { RAN } from '../../kernel/program.js';
import type { Program } from '../../kernel/program.js';
import type { Process } from '../../kernel/state.js';
import { parseOptions, usage } from '../options.js';
import { RegexError } from '../regex.js';
import { flush } from '../simple.js';
import type { Io } from '../simple.js';
import { runCommand } from './commands.js';
import { closeTarget, emit, flushAfter, takeLine } from './io.js';
import { parseScript, SedError } from './script.js';
import type { Command } from './script.js';
import type { SedState } from './state.js';

const COMMANDS_A_STEP = 200;
const MAX_PENDING = 32_768;
const scripts = new Map<string, Command[]>();

function commandsOf(script: string, extended: boolean): Command[] {
  const key = `${extended ? 'E' : 'B'}${script}`;
  let commands = scripts.get(key);
  if (!commands) {
    commands = parseScript(script, extended);
    if (scripts.size >= 200) scripts.clear();
    scripts.set(key, commands);
  }
  return commands;
}

export const sed: Program<SedState> = {
  init: () => ({
    ready: false, script: '', extended: false, quiet: false, separate: false, inPlace: false, suffix: '', files: [], index: 0, lines: null, next: null, last: false, line: 0, pattern: '', hold: '',
    newline: true, at: -1, substituted: false, ranges: {}, lastRegex: '', after: [], outputs: [], target: -1, temporary: '', open: false, pending: [], code: 0, quit: false,
  }),
  step(k, p, s) {
    const left = flush(k, p, s.pending);
    if (left !== 0) return left === RAN || left === BLOCKED ? left : 4;
    if (s.quit) {
      closeTarget(k, p, s);
      return s.code;
    }
    try {
      if (!s.ready) {
        begin(k, p, s);
        return RAN;
      }
      const commands = commandsOf(s.script, s.extended);
      for (let i = 0; i < COMMANDS_A_STEP && !s.quit && s.pending.length < 64; i++) {
        if (s.pending.length > 0 && s.pending[s.pending.length - 1]![1].length > MAX_PENDING) return RAN;
        const result = s.at < 0 ? nextCycle(k, p, s) : s.at >= commands.length ? endCycle(k, p, s) : runCommand(k, p, s, commands);
        if (result === BLOCKED) return s.pending.length > 0 ? RAN : BLOCKED;
      }
    } catch (error) {
      if (!(error instanceof SedError || error instanceof RegexError)) throw error;
      s.pending.push([2, `sed: ${error instanceof RegexError ? 'bad regex: ' : ''}${error.message}\n`]);
      s.code = 1;
      s.quit = true;
    }
    return RAN;
  },
};

function begin(k: Kernel, p: Process, s: SedState): void {
  s.ready = true;
  // -i takes its value only from the same word.
  const argv = p.argv.map((arg, i) => (i > 0 && /^-[nrEs]*i./.test(arg) ? ((s.suffix = arg.replace(/^-[nrEs]*i/, '')), arg.slice(0, arg.length - s.suffix.length)) : arg));
  const io: Io = { k, p, argv, out: '', err: '' };
  const options = parseOptions(io, 'nrEsie:f:z', ['quiet=n', 'silent=n', 'regexp-extended=r', 'in-place=i', 'expression=e:', 'file=f:', 'separate=s']);
  const rest = options?.rest ?? [];
  let script = scriptOf(io, argv);
  if (options && script === undefined && io.err === '') script = rest.shift();
  if (!options || script === undefined) {
    if (options && io.err === '') usage(io, 'sed [-i[SFX]] [-nrE] [-f FILE]... [-e CMD]... [FILE]...\nor: sed [-i[SFX]] [-nrE] CMD [FILE]...');
    s.pending.push([2, io.err]);
    s.code = 1;
    s.quit = true;
    return;
  }
  Object.assign(s, {
    script, extended: options.has('r') || options.has('E'), quiet: options.has('n') || script.startsWith('#n\n'), separate: options.has('s') || options.has('i'), inPlace: options.has('i'),
    files: rest.length > 0 ? rest : ['-'],
  });
  const commands = commandsOf(s.script, s.extended);
  for (const name of commands.map((command) => (command.name === 'w' ? command.text : command.flags.file))) {
    if (name === '' || s.outputs.some(([other]) => other === name)) continue;
    const id = openPath(k, p, name, WRITE | CREATE | TRUNCATE);
    if (id < 0) throw new SedError(`can't open '${name}': ${errorMessage(id)}`);
    s.outputs.push([name, attach(k, p, id, 3)]);
  }
}

/** All of -e and -f, in the order in which they were given; undefined: there are none. */
function scriptOf(io: Io, argv: string[]): string | undefined {
  const parts: string[] = [];
  for (let i = 1; i < argv.length && argv[i] !== '--'; i++) {
    const found = /^(?:-[nrEsiz]*([ef])|--(expression|file)=?)([^]*)$/.exec(argv[i]!);
    if (!found) continue;
    const value = found[3] !== '' ? found[3]! : (argv[++i] ?? '');
    if ((found[1] ?? found[2]![0]) === 'e') parts.push(value);
    else {
      const text = readWhole(io.k, io.p, value);
      if (typeof text === 'number') {
        io.err += `sed: can't open '${value}': ${errorMessage(text)}\n`;
        return undefined;
      }
      parts.push(text.replace(/\n$/, ''));
    }
  }
  // A trailing backslash of an a, i or c carries on into the next -e.
  return parts.length > 0 ? parts.join('\n') : undefined;
}

function nextCycle(k: Kernel, p: Process, s: SedState): number {
  // What is pending may be for the file that ends here.
  if (s.separate && s.pending.length > 0) return BLOCKED;
  const taken = takeLine(k, p, s);
  if (taken === BLOCKED) return BLOCKED;
  if (taken === 1) {
    s.quit = true;
    return RAN;
  }
  s.at = 0;
  s.substituted = false;
  return RAN;
}

function endCycle(k: Kernel, p: Process, s: SedState): number {
  if (!s.quiet) emit(s, s.pattern, s.newline);
  flushAfter(k, p, s);
  s.at = -1;
  return RAN;
}
