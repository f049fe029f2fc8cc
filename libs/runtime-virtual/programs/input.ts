/** Programs that work on whole inputs: files that they name, and standard input ("-") where they want it. */
import { openPath, READ } from '../files/open.js';
import { readWhole } from '../files/stat.js';
import { read } from '../kernel/descriptors.js';
import { BLOCKED, EFBIG } from '../kernel/errors.js';
import { attach, close } from '../kernel/open-files.js';
import { RAN } from '../kernel/program.js';
import type { Program } from '../kernel/program.js';
import { programName } from './options.js';
import { RegexError } from './regex-syntax.js';
import { flush } from './simple.js';
import type { Io } from './simple.js';

/** The content of a file, or of standard input for "-"; an errno where it can't be read. */
export type Content = (name: string) => string | number;
/** Reads before it changes anything: where it asks for what has not been read yet, it is called again once that is there. */
export type InputRun = (io: Io, content: Content) => number;

interface InputState {
  /** What has been read; `error`: an errno, or 0. */
  inputs: { name: string; chunks: string[]; error: number }[];
  /** The last one of them is being read from this descriptor; -1: it is not. */
  fd: number;
  size: number;
  pending: [number, string][];
  code: number;
}

const MAX_BYTES = 64 * 1024 * 1024;

class NotRead extends Error {
  constructor(readonly input: string) {
    super(input);
  }
}

export function withInput(run: InputRun): Program<InputState> {
  return {
    init: () => ({ inputs: [], fd: -1, size: 0, pending: [], code: -1 }),
    step(k, p, s) {
      if (s.code >= 0) {
        const left = flush(k, p, s.pending);
        return left === 0 ? s.code : left === RAN || left === BLOCKED ? left : 1;
      }
      if (s.fd >= 0) {
        const data = read(k, p, s.fd);
        if (data === BLOCKED) return BLOCKED;
        const input = s.inputs[s.inputs.length - 1]!;
        if (typeof data === 'number') input.error = data;
        else if (data !== '') {
          input.chunks.push(data);
          s.size += data.length;
          if (s.size <= MAX_BYTES) return RAN;
          input.error = EFBIG;
        }
        if (s.fd > 0) close(k, p, s.fd);
        s.fd = -1;
      }
      const io: Io = { k, p, argv: p.argv, out: '', err: '' };
      try {
        s.code = run(io, (name) => contentOf(io, s, name));
      } catch (error) {
        if (error instanceof NotRead) {
          const opened = error.input === '-' ? 0 : openPath(k, p, error.input, READ);
          s.inputs.push({ name: error.input, chunks: [], error: Math.min(0, opened) });
          if (opened >= 0) s.fd = opened === 0 ? 0 : attach(k, p, opened, 3);
          return RAN;
        }
        if (!(error instanceof RegexError)) throw error;
        io.err += `${programName(io)}: ${error.message}\n`;
        s.code = 2;
      }
      s.inputs = [];
      if (io.out !== '') s.pending.push([1, io.out]);
      if (io.err !== '') s.pending.push([2, io.err]);
      return RAN;
    },
  };
}

function contentOf({ k, p }: Io, s: InputState, name: string): string | number {
  const there = s.inputs.find((input) => input.name === name);
  if (there) return there.error < 0 ? there.error : there.chunks.join('');
  // A plain file is there at once; devices, pipes and /proc are read as they come.
  const text = name === '-' ? '' : readWhole(k, p, name);
  if (typeof text === 'string' && text !== '') return text;
  throw new NotRead(name);
}
