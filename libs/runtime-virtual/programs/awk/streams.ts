/** Files and commands that a script reads and writes. */
import { resolveCommand } from '../../files/executable.js';
import { APPEND, CREATE, openPath, TRUNCATE, WRITE } from '../../files/open.js';
import { BLOCKED, errorMessage } from '../../kernel/errors.js';
import type { Kernel } from '../../kernel/kernel.js';
import { attach, attachAt, close, openPipe, release } from '../../kernel/open-files.js';
import { reap, spawn } from '../../kernel/processes.js';
import type { Process } from '../../kernel/state.js';
import { closeLines, openLines } from '../lines.js';
import { AwkError } from './lexer.js';
import type { AwkState, Stream } from './state.js';

/** Starts `sh -c command`; `input` and `output`: ids of open files in place of awk's own. Its process id; 0: it can't be started. */
export function startShell(k: Kernel, p: Process, command: string, input?: number, output?: number): number {
  const found = resolveCommand(k, p, ['sh', '-c', command], p.env);
  if (typeof found === 'number') return 0;
  const child = spawn(k, p, found.program, found.argv, p.env);
  if (!child) return 0;
  // A pipe that another command holds open would never end.
  for (let fd = 3; fd < child.files.length; fd++) close(k, child, fd);
  if (input !== undefined) attachAt(k, child, input, 0);
  if (output !== undefined) attachAt(k, child, output, 1);
  return child.id;
}

/** The descriptor that `print > name` or `print | name` writes to. */
export function outputTo(k: Kernel, p: Process, s: AwkState, redirect: string, name: string): number {
  const kind = redirect === '|' ? 'to-command' : 'out';
  const there = s.streams.find((stream) => stream.name === name && stream.kind === kind);
  if (there) return there.fd;
  const stream: Stream = { name, kind, fd: -1, child: 0, lines: null };
  if (kind === 'to-command') {
    const [reading, writing] = openPipe(k);
    stream.child = startShell(k, p, name, reading);
    if (stream.child === 0) {
      release(k, reading, true);
      release(k, writing, true);
      throw new AwkError(`can't start '${name}'`);
    }
    stream.fd = attach(k, p, writing, 3);
  } else if (name === '/dev/stdout' || name === '-') return 1;
  else if (name === '/dev/stderr') return 2;
  else {
    const id = openPath(k, p, name, WRITE | CREATE | (redirect === '>>' ? APPEND : TRUNCATE));
    if (id < 0) throw new AwkError(`can't open '${name}': ${errorMessage(id)}`);
    stream.fd = attach(k, p, id, 3);
  }
  s.streams.push(stream);
  return stream.fd;
}

/** What getline reads from; undefined: it can't be opened. */
export function inputFrom(k: Kernel, p: Process, s: AwkState, from: 'file' | 'command', name: string): Stream | undefined {
  const kind = from === 'file' ? 'in' : 'from-command';
  const there = s.streams.find((stream) => stream.name === name && stream.kind === kind);
  if (there) return there;
  const stream: Stream = { name, kind, fd: -1, child: 0, lines: null };
  if (from === 'file') {
    const lines = openLines(k, p, name);
    if (typeof lines === 'number') return undefined;
    stream.lines = lines;
  } else {
    const [reading, writing] = openPipe(k);
    stream.child = startShell(k, p, name, undefined, writing);
    const fd = attach(k, p, reading, 3);
    if (stream.child === 0) release(k, writing, true);
    stream.lines = { fd, text: '', at: 0, ended: false, newline: true };
  }
  s.streams.push(stream);
  return stream;
}

/** close(): what awk holds of it is closed at once; the exit code once its command has ended, -1 where there is no such stream, or BLOCKED. */
export function closeStream(k: Kernel, p: Process, s: AwkState, name: string): number {
  const stream = s.streams.find((one) => one.name === name);
  if (!stream) return -1;
  shut(k, p, stream);
  if (stream.child > 0) {
    const ended = reap(k, p, stream.child);
    if (!ended) return BLOCKED;
    s.streams.splice(s.streams.indexOf(stream), 1);
    return ended.signal ? 256 + ended.signal : ended.code;
  }
  s.streams.splice(s.streams.indexOf(stream), 1);
  return 0;
}

function shut(k: Kernel, p: Process, stream: Stream): void {
  if (stream.fd > 2) close(k, p, stream.fd);
  stream.fd = -1;
  if (stream.lines) closeLines(k, p, stream.lines);
}

/** At the end: 0 when all are closed and their commands have ended, else BLOCKED. */
export function closeAll(k: Kernel, p: Process, s: AwkState): number {
  for (const stream of s.streams) shut(k, p, stream);
  while (s.streams.length > 0) {
    const [stream] = s.streams;
    if (stream!.child > 0 && !reap(k, p, stream!.child)) return BLOCKED;
    s.streams.shift();
  }
  return 0;
}
