import { openPath, READ } from '../files/open.js';
import { read } from '../kernel/descriptors.js';
import { BLOCKED, errorMessage } from '../kernel/errors.js';
import { now, setTimer } from '../kernel/kernel.js';
import { attach } from '../kernel/open-files.js';
import type { Program } from '../kernel/program.js';
import { RAN } from '../kernel/program.js';
import { countOf } from './head.js';
import { parseOptions } from './options.js';
import { flush } from './simple.js';
import type { Io } from './simple.js';

interface TailState {
  ready: boolean;
  count: number;
  /** +n: from the nth line or byte on. */
  from: boolean;
  bytes: boolean;
  follow: boolean;
  titles: boolean;
  files: { name: string; fd: number; ended: boolean }[];
  index: number;
  kept: string;
  skipped: number;
  shown: number;
  /** Index of the file whose output came last. */
  last: number;
  pending: [number, string][];
  code: number;
  wakeAt: number;
}

export const tail: Program<TailState> = {
  init: () => ({
    ready: false, count: 10, from: false, bytes: false, follow: false, titles: false, files: [], index: 0, kept: '', skipped: 0, shown: 0, last: -1, pending: [], code: 0, wakeAt: 0,
  }),
  step(k, p, s) {
    const waiting = flush(k, p, s.pending);
    if (waiting !== 0) return waiting === RAN || waiting === BLOCKED ? waiting : 1;
    const io: Io = { k, p, argv: p.argv, out: '', err: '' };
    const result = s.ready ? (s.index < s.files.length ? readThrough(io, s) : followOn(io, s)) : begin(io, s);
    if (io.err !== '') s.pending.push([2, io.err]);
    if (io.out !== '') s.pending.push([1, io.out]);
    return result >= 0 && s.pending.length > 0 ? RAN : result;
  },
};

function begin(io: Io, s: TailState): number {
  s.ready = true;
  const first = io.argv[1];
  if (first && /^[-+]\d+$/.test(first)) io.argv = [io.argv[0]!, '-n', first.replace(/^-/, ''), ...io.argv.slice(2)];
  const options = parseOptions(io, 'n:c:fFqvs:', ['follow=f', 'retry=F']);
  const text = options?.value('c') ?? options?.value('n') ?? '10';
  const count = countOf(text.replace(/^[-+]/, ''));
  if (!options || count === undefined) {
    if (options) io.err += `tail: invalid number '${text}'\n`;
    s.code = 1;
    return RAN;
  }
  Object.assign(s, { count, from: text.startsWith('+'), bytes: options.has('c'), follow: options.has('f') || options.has('F') });
  for (const name of options.rest.length > 0 ? options.rest : ['-']) {
    const id = name === '-' ? 0 : openPath(io.k, io.p, name, READ);
    if (id < 0) {
      io.err += `tail: can't open '${name}': ${errorMessage(id)}\n`;
      s.code = 1;
    } else s.files.push({ name, fd: name === '-' ? 0 : attach(io.k, io.p, id, 3), ended: false });
  }
  if (s.files.length === 0) io.err += 'tail: no files\n';
  s.titles = (s.files.length > 1 && !options.has('q')) || options.has('v');
  return RAN;
}

function title(io: Io, s: TailState): void {
  if (s.titles && s.last !== s.index) io.out += `${s.shown > 0 ? '\n' : ''}==> ${s.files[s.index]!.name} <==\n`;
  s.shown++;
  s.last = s.index;
}

/** Keeps the end of the current file until it has all been read. */
function readThrough(io: Io, s: TailState): number {
  const data = read(io.k, io.p, s.files[s.index]!.fd);
  if (data === BLOCKED) return BLOCKED;
  if (typeof data === 'number') {
    io.err += `tail: ${s.files[s.index]!.name}: ${errorMessage(data)}\n`;
    s.code = 1;
  } else if (data !== '') {
    s.kept = s.from ? s.kept + data : lastOf(s.kept + data, s.count, s.bytes);
    return RAN;
  }
  title(io, s);
  if (s.from) s.kept = s.bytes ? s.kept.slice(Math.max(0, s.count - 1)) : s.kept.split('\n').slice(Math.max(0, s.count - 1)).join('\n');
  io.out += s.kept;
  s.kept = '';
  s.index++;
  return RAN;
}

function lastOf(text: string, count: number, bytes: boolean): string {
  if (count === 0) return '';
  if (bytes) return text.slice(-count);
  let at = text.endsWith('\n') ? text.length - 1 : text.length;
  for (let lines = 0; lines < count; lines++) {
    at = text.lastIndexOf('\n', at - 1);
    if (at <= 0) return at === 0 && lines + 1 === count ? text.slice(1) : text;
  }
  return text.slice(at + 1);
}

/** -f: looks again every second. */
function followOn(io: Io, s: TailState): number {
  if (!s.follow || s.files.length === 0) return s.code;
  if (now(io.k) < s.wakeAt) {
    setTimer(io.k, io.p, s.wakeAt);
    return BLOCKED;
  }
  let ran = false;
  let open = false;
  for (const [i, file] of s.files.entries()) {
    const data = file.ended ? '' : read(io.k, io.p, file.fd);
    if (data === BLOCKED) {
      open = true;
      continue;
    }
    if (typeof data === 'number' || data === '') {
      // A pipe's end is the end; a file may grow.
      if (file.name === '-') file.ended = true;
      else open = true;
      continue;
    }
    s.index = i;
    title(io, s);
    io.out += data;
    ran = true;
  }
  s.index = s.files.length;
  if (ran) return RAN;
  if (!open) return s.code;
  s.wakeAt = now(io.k) + 1000;
  return RAN;
}
