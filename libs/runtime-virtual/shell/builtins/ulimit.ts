/** ulimit. Open files and the size of files are bounded by the kernel; the other limits are remembered, and children have them. */
import { EINVAL, EPERM, errorMessage } from '../../kernel/errors.js';
import { limitOf, UNLIMITED } from '../../kernel/limits.js';
import type { Call } from './types.js';

/** Letter, name and unit, in the order of `ulimit -a`. */
const LIMITS: [letter: string, name: string, unit: number][] = [
  ['c', 'core file size (blocks)', 512], ['d', 'data seg size (kb)', 1024], ['e', 'scheduling priority', 1], ['f', 'file size (blocks)', 512], ['i', 'pending signals', 1],
  ['l', 'max locked memory (kb)', 1024], ['m', 'max memory size (kb)', 1024], ['n', 'open files', 1], ['q', 'POSIX message queues (bytes)', 1], ['r', 'real-time priority', 1],
  ['s', 'stack size (kb)', 1024], ['t', 'cpu time (seconds)', 1], ['u', 'max user processes', 1], ['v', 'virtual memory (kb)', 1024], ['x', 'file locks', 1],
];

export function ulimit(call: Call): number {
  let hard = false;
  let soft = false;
  let all = false;
  const asked: [string, string | undefined][] = [];
  const { argv } = call;
  for (let i = 1; i < argv.length; i++) {
    const arg = argv[i]!;
    if (!/^-./.test(arg)) {
      // A value belongs to the option before it; without one it is the size of files.
      const last = asked[asked.length - 1];
      if (last) last[1] = arg;
      else asked.push(['f', arg]);
      continue;
    }
    for (const letter of arg.slice(1)) {
      if (letter === 'H') hard = true;
      else if (letter === 'S') soft = true;
      else if (letter === 'a') all = true;
      else if (LIMITS.some(([other]) => other === letter)) asked.push([letter, undefined]);
      else {
        call.err += `ulimit: invalid option -- '${letter}'\n`;
        return 1;
      }
    }
  }
  const which = { hard: hard || !soft, soft: soft || !hard };
  if (all) for (const row of LIMITS) call.out += shown(call, row, which.soft, true);
  else if (asked.length === 0) asked.push(['f', undefined]);
  for (const [letter, value] of asked) {
    const row = LIMITS.find(([other]) => other === letter)!;
    if (value === undefined) call.out += shown(call, row, which.soft, asked.length > 1 && asked.every(([, other]) => other === undefined));
    else {
      const error = set(call, row, value, which);
      if (error === '') continue;
      call.err += `sh: ${error}\n`;
      return 1;
    }
  }
  return 0;
}

function shown({ p }: Call, [letter, name, unit]: (typeof LIMITS)[number], soft: boolean, named: boolean): string {
  const value = limitOf(p, letter)[soft ? 0 : 1];
  return `${named ? `${name.padEnd(32)}(-${letter}) ` : ''}${value === UNLIMITED ? 'unlimited' : Math.floor(value / unit)}\n`;
}

function set({ p }: Call, [letter, , unit]: (typeof LIMITS)[number], text: string, which: { hard: boolean; soft: boolean }): string {
  if (text !== 'unlimited' && !/^\d{1,15}$/.test(text)) return `invalid number '${text}'`;
  const value = text === 'unlimited' ? UNLIMITED : Number(text) * unit;
  const [soft, hard] = limitOf(p, letter);
  const next: [number, number] = [which.soft ? value : soft, which.hard ? value : hard];
  const above = (a: number, b: number) => b !== UNLIMITED && (a === UNLIMITED || a > b);
  if (above(next[0], next[1])) return `error setting limit: ${errorMessage(EINVAL)}`;
  if (above(next[1], hard)) return `error setting limit: ${errorMessage(EPERM)}`;
  p.limits = { ...p.limits, [letter]: next };
  return '';
}
