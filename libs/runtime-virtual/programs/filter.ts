/** Programs that read their input piece by piece: standard input, or the files that they are given. */
import { openPath, READ } from '../files/open.js';
import { read } from '../kernel/descriptors.js';
import { BLOCKED, errorMessage } from '../kernel/errors.js';
import { attach, close } from '../kernel/open-files.js';
import type { Program } from '../kernel/program.js';
import { RAN } from '../kernel/program.js';
import { RegexError } from './regex-syntax.js';
import { flush } from './simple.js';
import type { Io } from './simple.js';

export interface FilterState<S> {
  own: S | null;
  files: string[];
  index: number;
  /** Descriptor of the current file; -1: none. */
  fd: number;
  pending: [number, string][];
  code: number;
  /** The end has been dealt with: only output is left. */
  ended: boolean;
}

export interface Filter<S> {
  /** From the arguments: the filter's own state and its files ([]: standard input), or an exit code (messages are in io). */
  init(io: Io): { own: S; files: string[] } | number;
  /** A file begins. */
  open?(io: Io, own: S, name: string, index: number): void;
  /** A piece of input. Returns true when no more of it is wanted. */
  data(io: Io, own: S, data: string): boolean | void;
  /** A file has ended. */
  close?(io: Io, own: S, name: string): boolean | void;
  /** All has been read. Returns the exit code. */
  end(io: Io, own: S, code: number): number;
  /** What is said when a file can't be opened, and the exit code that follows. */
  cannot?(name: string, error: string): string;
  failed?: number;
}

export function filter<S>(f: Filter<S>): Program<FilterState<S>> {
  return {
    init: () => ({ own: null, files: [], index: 0, fd: -1, pending: [], code: 0, ended: false }),
    step(k, p, state) {
      const waiting = flush(k, p, state.pending);
      if (waiting !== 0) return waiting === RAN || waiting === BLOCKED ? waiting : 1;
      if (state.ended) return state.code;
      const io: Io = { k, p, argv: p.argv, out: '', err: '' };
      let result: number;
      try {
        result = advance(f, io, state);
      } catch (error) {
        if (!(error instanceof RegexError)) throw error;
        io.err += `${p.argv[0]!.split('/').pop()!}: ${error.message}\n`;
        state.ended = true;
        state.code = 2;
        result = RAN;
      }
      if (io.err !== '') state.pending.push([2, io.err]);
      if (io.out !== '') state.pending.push([1, io.out]);
      return result;
    },
  };
}

function advance<S>(f: Filter<S>, io: Io, state: FilterState<S>): number {
  const { k, p } = io;
  if (state.own === null) {
    const made = f.init(io);
    if (typeof made === 'number') {
      state.ended = true;
      state.code = made;
      return RAN;
    }
    state.own = made.own;
    state.files = made.files.length > 0 ? made.files : ['-'];
  }
  if (state.fd < 0) {
    const name = state.files[state.index];
    if (name === undefined) {
      state.code = f.end(io, state.own, state.code);
      state.ended = true;
      return RAN;
    }
    state.fd = open(f, io, name);
    if (state.fd < 0) {
      state.code = f.failed ?? 1;
      state.index++;
    } else f.open?.(io, state.own, name, state.index);
    return RAN;
  }
  const data = read(k, p, state.fd);
  if (data === BLOCKED) return BLOCKED;
  const name = state.files[state.index]!;
  if (typeof data === 'number') {
    io.err += `${p.argv[0]}: ${name === '-' ? 'read error' : name}: ${errorMessage(data)}\n`;
    state.code = f.failed ?? 1;
  } else if (data !== '') {
    if (!f.data(io, state.own, data)) return RAN;
    if (name === '-') {
      state.index = state.files.length;
      f.close?.(io, state.own, name);
      state.fd = -1;
      return RAN;
    }
  }
  if (f.close?.(io, state.own, name) === true) state.index = state.files.length;
  if (state.fd > 0) close(k, p, state.fd);
  state.fd = -1;
  state.index++;
  return RAN;
}

function open<S>(f: Filter<S>, io: Io, name: string): number {
  if (name === '-') return 0;
  const id = openPath(io.k, io.p, name, READ);
  if (id < 0) {
    const program = io.argv[0]!.split('/').pop()!;
    io.err += f.cannot ? f.cannot(name, errorMessage(id)) : `${program}: ${name}: ${errorMessage(id)}\n`;
    return id;
  }
  return attach(io.k, io.p, id, 3);
}

/** For filters by line: cuts data into lines (without their newline); the rest is kept in `own.rest`. */
export function takeLines(own: { rest: string }, data: string): string[] {
  // A long line is put together once, when its end has come.
  if (!data.includes('\n')) {
    own.rest += data;
    return [];
  }
  const lines = (own.rest + data).split('\n');
  own.rest = lines.pop()!;
  return lines;
}
