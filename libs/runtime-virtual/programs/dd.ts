/** dd: copies block by block, and counts them. */
import { truncateFile } from '../files/inodes.js';
import { APPEND, CREATE, openPath, READ, WRITE } from '../files/open.js';
import { mounted } from '../files/walk.js';
import { fileOf, read, write } from '../kernel/descriptors.js';
import { BLOCKED, errorMessage } from '../kernel/errors.js';
import type { Kernel } from '../kernel/kernel.js';
import { now } from '../kernel/kernel.js';
import { attach } from '../kernel/open-files.js';
import { RAN } from '../kernel/program.js';
import type { Program } from '../kernel/program.js';
import { CHUNK } from '../kernel/state.js';
import type { Process } from '../kernel/state.js';
import { BANNER } from './options.js';
import { flush } from './simple.js';

interface DdState {
  values: Record<string, string>;
  /** -1: not open yet. */
  input: number;
  output: number;
  ibs: number;
  obs: number;
  /** Bytes that are still to be taken from the input, of all and of the block that has begun; and to be skipped before. -1: no end. */
  left: number;
  inBlock: number;
  skip: number;
  unsent: string;
  counts: { full: number; part: number; outFull: number; outPart: number; bytes: number };
  startedAt: number;
  pending: [number, string][];
  code: number;
}

const UNITS: Record<string, number> = { '': 1, c: 1, w: 2, b: 512, kB: 1000, kD: 1000, k: 1024, K: 1024, MB: 1e6, MD: 1e6, M: 2 ** 20, GB: 1e9, GD: 1e9, G: 2 ** 30 };
const KNOWN = ['if', 'of', 'bs', 'ibs', 'obs', 'count', 'skip', 'seek', 'conv', 'status', 'iflag', 'oflag'];
const FLAGS: Record<string, string[]> = {
  conv: ['notrunc', 'noerror', 'sync', 'fsync', 'fdatasync', 'swab'], iflag: ['skip_bytes', 'count_bytes', 'fullblock', 'direct'], oflag: ['seek_bytes', 'append', 'direct'],
};

function size(text: string): number | undefined {
  const found = /^(\d+)([a-zA-Z]*)$/.exec(text);
  const unit = found && UNITS[found[2]!];
  return unit === undefined || unit === null ? undefined : Number(found![1]) * unit;
}

const has = (s: DdState, name: string, flag: string) => (s.values[name] ?? '').split(',').includes(flag);

function fail(s: DdState, message: string): DdState {
  s.pending.push([2, `dd: ${message}\n`]);
  s.code = 1;
  return s;
}

export const dd: Program<DdState> = {
  init(argv) {
    const s: DdState = {
      values: {}, input: -1, output: -1, ibs: 512, obs: 512, left: -1, inBlock: 0, skip: 0, unsent: '', counts: { full: 0, part: 0, outFull: 0, outPart: 0, bytes: 0 }, startedAt: 0, pending: [], code: -1,
    };
    for (const arg of argv.slice(1)) {
      const [, name = '', value = ''] = /^([a-z]+)=(.*)$/s.exec(arg) ?? [];
      if (!KNOWN.includes(name)) {
        s.pending.push([2, `${BANNER}Usage: dd [if=FILE] [of=FILE] [ibs=N obs=N/bs=N] [count=N] [skip=N] [seek=N]\n`]);
        s.code = 1;
        return s;
      }
      const wrong = FLAGS[name] && value.split(',').find((flag) => !FLAGS[name]!.includes(flag));
      if (wrong !== undefined) return fail(s, `invalid argument '${wrong}' to '${name}'`);
      if (['bs', 'ibs', 'obs', 'count', 'skip', 'seek'].includes(name) && size(value) === undefined) return fail(s, `invalid number '${value}'`);
      s.values[name] = value;
    }
    const number = (name: string) => (s.values[name] === undefined ? undefined : size(s.values[name]));
    s.ibs = number('bs') ?? number('ibs') ?? 512;
    s.obs = number('bs') ?? number('obs') ?? 512;
    if (s.ibs === 0 || s.obs === 0) return fail(s, `number 0 is not in 1..2147483647 range`);
    const count = number('count');
    s.left = count === undefined ? -1 : count * (has(s, 'iflag', 'count_bytes') ? 1 : s.ibs);
    s.skip = (number('skip') ?? 0) * (has(s, 'iflag', 'skip_bytes') ? 1 : s.ibs);
    return s;
  },
  step(k, p, s) {
    const waiting = flush(k, p, s.pending);
    if (waiting !== 0) return waiting;
    if (s.code >= 0) return s.code;
    if (s.input < 0) return open(k, p, s);
    if (s.unsent !== '') {
      const written = write(k, p, s.output, s.unsent);
      if (written === BLOCKED) return BLOCKED;
      if (written < 0) return end(k, s, `error writing '${s.values['of'] ?? 'standard output'}': ${errorMessage(written)}`);
      s.unsent = s.unsent.slice(written);
      s.counts.bytes += written;
      return RAN;
    }
    if (s.left === 0) return end(k, s);
    return take(k, p, s);
  },
};

function open(k: Kernel, p: Process, s: DdState): number {
  s.startedAt = now(k);
  const { if: from, of: to, seek = '0' } = s.values;
  for (const [name, path, flags] of [['input', from, READ], ['output', to, WRITE | CREATE | (has(s, 'oflag', 'append') ? APPEND : 0)]] as const) {
    const id = path === undefined ? 0 : openPath(k, p, path, flags);
    if (id < 0) {
      fail(s, `can't open '${path}': ${errorMessage(id)}`);
      return RAN;
    }
    s[name] = path === undefined ? (name === 'input' ? 0 : 1) : attach(k, p, id, 3);
  }
  const target = fileOf(k, p, s.output);
  const at = size(seek)! * (has(s, 'oflag', 'seek_bytes') ? 1 : s.obs);
  if (target?.kind === 'file') {
    if (to !== undefined && !has(s, 'conv', 'notrunc') && !has(s, 'oflag', 'append')) truncateFile(mounted(k, target.fs), target.inode, at, now(k));
    if (at > 0) target.position = at;
  }
  const source = fileOf(k, p, s.input);
  if (source?.kind === 'file' && s.skip > 0) {
    source.position += s.skip;
    s.skip = 0;
  }
  return RAN;
}

function take(k: Kernel, p: Process, s: DdState): number {
  const block = s.left < 0 ? s.ibs : Math.min(s.ibs, s.left + s.inBlock);
  const data = read(k, p, s.input, Math.min(CHUNK, s.skip > 0 ? s.skip : block - s.inBlock));
  if (data === BLOCKED) return BLOCKED;
  if (typeof data === 'number') return end(k, s, `error reading '${s.values['if'] ?? 'standard input'}': ${errorMessage(data)}`);
  if (data === '') {
    closeBlock(s);
    if (s.unsent === '') return end(k, s);
    s.left = 0;
    return RAN;
  }
  if (s.skip > 0) {
    s.skip -= data.length;
    return RAN;
  }
  s.inBlock += data.length;
  if (s.left > 0) s.left -= data.length;
  s.unsent = has(s, 'conv', 'swab') ? data.replace(/([^])([^])/g, '$2$1') : data;
  // Of a pipe a block is what one read gives; of all else it is read until it is full.
  const piped = ['read', 'socket', 'tty'].includes(fileOf(k, p, s.input)?.kind ?? '') && !has(s, 'iflag', 'fullblock');
  if (s.inBlock >= block || piped) {
    if (piped && s.left > 0 && s.inBlock < s.ibs && !has(s, 'iflag', 'count_bytes')) s.left = Math.max(0, s.left - (s.ibs - s.inBlock));
    closeBlock(s);
  }
  return RAN;
}

function closeBlock(s: DdState): void {
  if (s.inBlock === 0) return;
  const { counts } = s;
  const full = s.inBlock >= s.ibs;
  if (full) counts.full++;
  else counts.part++;
  if (!full && has(s, 'conv', 'sync')) s.unsent += '\0'.repeat(s.ibs - s.inBlock);
  if (s.ibs === s.obs) {
    if (full || has(s, 'conv', 'sync')) counts.outFull++;
    else counts.outPart++;
  }
  s.inBlock = 0;
}

const SHORT = [[1e9, 2 ** 30, 'G'], [1e6, 2 ** 20, 'M'], [1e3, 2 ** 10, 'K']] as const;

function short(value: number): string {
  const found = SHORT.find(([least]) => value >= least);
  return found ? `${(value / found[1]).toFixed(1)}${found[2]}` : String(Math.floor(value));
}

function end(k: Kernel, s: DdState, error = ''): number {
  closeBlock(s);
  const { counts } = s;
  s.code = 0;
  if (error !== '') fail(s, error);
  if (s.values['status'] === 'none') return RAN;
  if (s.ibs !== s.obs) [counts.outFull, counts.outPart] = [Math.floor(counts.bytes / s.obs), counts.bytes % s.obs > 0 ? 1 : 0];
  s.pending.push([2, `${counts.full}+${counts.part} records in\n${counts.outFull}+${counts.outPart} records out\n`]);
  if (s.values['status'] === 'noxfer') return RAN;
  const seconds = (now(k) - s.startedAt) / 1000;
  s.pending.push([2, `${counts.bytes} bytes (${short(counts.bytes)}B) copied, ${seconds.toFixed(6)} seconds, ${short(counts.bytes / Math.max(seconds, 0.000001))}B/s\n`]);
  return RAN;
}
