/** find: walks the whole tree at once, then runs what -exec asks for, one child after another. */
import { removeDirectory, unlink } from '../files/change.js';
import { list, stat } from '../files/stat.js';
import type { Stat } from '../files/stat.js';
import { errorMessage } from '../kernel/errors.js';
import type { Kernel } from '../kernel/kernel.js';
import { now } from '../kernel/kernel.js';
import { reap } from '../kernel/processes.js';
import { BLOCKED, RAN } from '../kernel/program.js';
import type { Program } from '../kernel/program.js';
import type { Process } from '../kernel/state.js';
import { matches } from '../shell/pattern.js';
import { lastName } from './names.js';
import { flush } from './simple.js';
import { startChild } from './timeout.js';

interface Visit {
  path: string;
  stat: Stat;
  depth: number;
}
/** A test or action, as given: its words without the dash. Joined by and; `or` separates. */
interface Term {
  name: string;
  args: string[];
  negated: boolean;
}
interface FindState {
  ready: boolean;
  /** Commands of -exec that are to be run, in order. */
  commands: string[][];
  child: number;
  pending: [number, string][];
  code: number;
  status: number;
}

const WITH_VALUE = ['name', 'iname', 'path', 'type', 'size', 'maxdepth', 'mindepth', 'mtime', 'mmin', 'newer', 'user', 'perm'];
const MAX_VISITS = 200_000;

export const find: Program<FindState> = {
  init: () => ({ ready: false, commands: [], child: 0, pending: [], code: -1, status: 0 }),
  step(k, p, s) {
    const left = flush(k, p, s.pending);
    if (left !== 0) return left;
    if (!s.ready) {
      s.ready = true;
      begin(k, p, s);
      return RAN;
    }
    if (s.code >= 0) return s.code;
    if (s.child > 0) {
      if (!reap(k, p, s.child)) return BLOCKED;
      s.child = 0;
    }
    const next = s.commands.shift();
    if (!next) return s.status;
    startChild(k, p, next, s);
    s.code = -1;
    return RAN;
  },
};

function begin(k: Kernel, p: Process, s: FindState): void {
  const args = p.argv.slice(1);
  const roots: string[] = [];
  while (args.length > 0 && !/^[-!(]/.test(args[0]!)) roots.push(args.shift()!);
  const parsed = parse(args);
  if (typeof parsed === 'string') {
    s.code = 1;
    s.pending.push([2, `find: ${parsed}\n`]);
    return;
  }
  const { groups, limits } = parsed;
  let out = '';
  let err = '';
  const batches = new Map<Term, string[]>();
  let count = 0;
  const visit = (item: Visit) => {
    if (++count > MAX_VISITS) return;
    const depthFirst = limits['depth'] !== undefined;
    const descend = () => {
      if (item.stat.type !== 'dir' || item.depth >= (limits['maxdepth'] ?? Infinity)) return;
      const names = list(k, p, item.path);
      if (typeof names === 'number') {
        err += `find: ${item.path}: ${errorMessage(names)}\n`;
        s.status = 1;
        return;
      }
      for (const name of names) enter(`${item.path.replace(/\/$/, '')}/${name}`, item.depth + 1);
    };
    if (depthFirst) descend();
    let pruned = false;
    if (item.depth >= (limits['mindepth'] ?? 0)) {
      for (const terms of groups) {
        if (terms.every((term) => apply(term, item) !== term.negated)) break;
      }
    }
    if (!depthFirst && !pruned) descend();
    function apply(term: Term, at: Visit): boolean {
      switch (term.name) {
        case 'print':
          out += `${at.path}\n`;
          return true;
        case 'print0':
          out += `${at.path}\0`;
          return true;
        case 'prune':
          pruned = true;
          return true;
        case 'delete': {
          const error = at.stat.type === 'dir' ? removeDirectory(k, p, at.path) : unlink(k, p, at.path);
          if (error < 0) err += `find: ${at.path}: ${errorMessage(error)}\n`;
          return error === 0;
        }
        case 'exec':
          s.commands.push(term.args.map((arg) => arg.replaceAll('{}', at.path)));
          return true;
        case 'exec+':
          batches.set(term, [...(batches.get(term) ?? []), at.path]);
          return true;
        default:
          return test(k, p, term, at);
      }
    }
  };
  const enter = (path: string, depth: number) => {
    const found = stat(k, p, path, false);
    if (typeof found === 'number') {
      err += `find: ${path}: ${errorMessage(found)}\n`;
      s.status = 1;
    } else visit({ path, stat: found, depth });
  };
  for (const root of roots.length > 0 ? roots : ['.']) enter(root, 0);
  for (const [term, paths] of batches) s.commands.push(term.args.flatMap((arg) => (arg === '{}' ? paths : [arg])));
  if (out !== '') s.pending.push([1, out]);
  if (err !== '') s.pending.push([2, err]);
}

function parse(args: string[]): { groups: Term[][]; limits: Record<string, number> } | string {
  const groups: Term[][] = [[]];
  const limits: Record<string, number> = {};
  let negated = false;
  let acts = false;
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]!;
    if (arg === '!' || arg === '-not') {
      negated = !negated;
      continue;
    }
    if (arg === '(' || arg === ')' || arg === '\\(' || arg === '\\)' || arg === '-a' || arg === '-and') continue;
    if (arg === '-o' || arg === '-or') {
      groups.push([]);
      continue;
    }
    const name = arg.slice(1);
    const term: Term = { name, args: [], negated };
    negated = false;
    if (name === 'exec' || name === 'ok') {
      const end = args.findIndex((other, at) => at > i && (other === ';' || other === '+'));
      if (end < 0) return `-exec requires an argument`;
      term.args = args.slice(i + 1, end);
      if (args[end] === '+') term.name = 'exec+';
      i = end;
    } else if (WITH_VALUE.includes(name)) {
      const value = args[++i];
      if (value === undefined) return `${arg} requires an argument`;
      term.args = [value];
    } else if (!['print', 'print0', 'delete', 'empty', 'prune', 'depth', 'true', 'xdev', 'executable'].includes(name)) return `unrecognized: ${arg}`;
    if (name === 'maxdepth' || name === 'mindepth') limits[name] = Number(term.args[0]);
    else if (name === 'depth') limits['depth'] = 1;
    else groups[groups.length - 1]!.push(term);
    if (name === 'delete') limits['depth'] = 1;
    if (['print', 'print0', 'delete', 'exec', 'ok'].includes(name)) acts = true;
  }
  // Without an action, what matches is printed.
  if (!acts) for (const group of groups) group.push({ name: 'print', args: [], negated: false });
  return { groups, limits };
}

function test(k: Kernel, p: Process, term: Term, { path, stat: found }: Visit): boolean {
  const value = term.args[0] ?? '';
  const compare = (actual: number) => {
    const wanted = Number(value.replace(/^[-+]/, '').replace(/[a-zA-Z]$/, ''));
    return value.startsWith('+') ? actual > wanted : value.startsWith('-') ? actual < wanted : actual === wanted;
  };
  switch (term.name) {
    case 'name': return matches(value, lastName(path));
    case 'iname': return matches(value, lastName(path), true);
    case 'path': return matches(value, path);
    case 'type': return value === { file: 'f', dir: 'd', link: 'l', fifo: 'p', char: 'c' }[found.type];
    case 'empty': return found.type === 'dir' ? (list(k, p, path) as string[]).length === 0 : found.size === 0;
    case 'executable': return (found.mode & 0o111) !== 0;
    case 'size': {
      const unit = { c: 1, k: 1024, M: 1_048_576, w: 2, b: 512 }[/[a-zA-Z]$/.exec(value)?.[0] ?? 'b'] ?? 512;
      return compare(Math.ceil(found.size / unit));
    }
    case 'mtime': return compare(Math.floor((now(k) - found.mtime) / 86_400_000));
    case 'mmin': return compare(Math.floor((now(k) - found.mtime) / 60_000));
    case 'newer': {
      const other = stat(k, p, value);
      return typeof other !== 'number' && found.mtime > other.mtime;
    }
    case 'perm': return value.startsWith('-') ? (found.mode & parseInt(value.slice(1), 8)) === parseInt(value.slice(1), 8) : found.mode === parseInt(value, 8);
    default: return true;
  }
}
