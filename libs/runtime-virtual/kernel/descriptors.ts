/** read(2) and write(2), whatever is behind the descriptor. */
import { inodeOf, readFileAt, writeFileAt } from '../files/inodes.js';
import type { FileInode } from '../files/inodes.js';
import { mounted } from '../files/walk.js';
import { readSocket, writeSocket } from '../net/sockets.js';
import { BLOCKED, EBADF, EFBIG, EINVAL, EISDIR, ENOSPC, EPIPE } from './errors.js';
import type { Kernel } from './kernel.js';
import { now, random, waitIn } from './kernel.js';
import type { Bytes } from './machine.js';
import { put, readPipe, room } from './pipes.js';
import { sendSignal } from './processes.js';
import { limitOf, UNLIMITED } from './limits.js';
import { SIGPIPE, SIGXFSZ } from './signals.js';
import { CHUNK } from './state.js';
import type { OpenFile, Process } from './state.js';
import { readTerminal } from './terminal.js';

const ZEROS = '\0'.repeat(CHUNK);

export function fileOf(k: Kernel, p: Process, fd: number): OpenFile | undefined {
  const id = p.files[fd];
  return id ? k.box.open[id] : undefined;
}

/** Bytes; '' at the end; BLOCKED or another errno. */
export function read(k: Kernel, p: Process, fd: number, max = CHUNK): Bytes | number {
  const file = fileOf(k, p, fd);
  if (!file) return EBADF;
  switch (file.kind) {
    case 'read':
      return readPipe(k, p, file.pipe, max);
    case 'file': {
      if (!file.read) return EBADF;
      const inode = inodeOf(mounted(k, file.fs), file.inode) as FileInode | undefined;
      const data = inode ? readFileAt(inode, file.position, max) : '';
      file.position += data.length;
      return data;
    }
    case 'text': {
      const data = file.text.slice(file.position, file.position + max);
      file.position += data.length;
      return data;
    }
    case 'socket':
      return readSocket(k, p, file, max);
    case 'tty':
      return readTerminal(k, p, file, max);
    case 'null':
      return '';
    case 'zero':
    case 'full':
      return ZEROS.slice(0, max);
    case 'random':
      return randomBytes(k, Math.min(max, 4096));
    case 'directory':
      return EISDIR;
    case 'listener':
      return EINVAL;
    case 'write':
    case 'host':
      return EBADF;
  }
}

/** How many bytes were taken (at least one), or BLOCKED or another errno. Writing into a broken pipe sends SIGPIPE. */
export function write(k: Kernel, p: Process, fd: number, data: Bytes): number {
  const file = fileOf(k, p, fd);
  if (!file) return EBADF;
  if (data === '') return 0;
  switch (file.kind) {
    case 'host':
      return writeOut(k, p, file.of, file.stream, data);
    case 'write': {
      const pipe = k.box.pipes[file.pipe];
      const awaited = pipe?.fifo?.reader === false;
      if (!pipe || (pipe.readers <= 0 && !awaited)) return brokenPipe(k, p);
      const fits = awaited ? 0 : room(pipe);
      // As POSIX wants it, up to 4096 bytes go in as one or not at all.
      if (fits === 0 || (fits < data.length && data.length <= 4096)) {
        waitIn(pipe.waitWrite, p);
        return BLOCKED;
      }
      put(k, pipe, fits < data.length ? data.slice(0, fits) : data);
      return Math.min(fits, data.length);
    }
    case 'file': {
      if (!file.write) return EBADF;
      const m = mounted(k, file.fs);
      const inode = inodeOf(m, file.inode) as FileInode;
      if (file.append) file.position = inode.size;
      let taken = data.length > CHUNK ? data.slice(0, CHUNK) : data;
      if (p.limits) {
        const [most] = limitOf(p, 'f');
        if (most !== UNLIMITED && file.position >= most) {
          sendSignal(k, p, SIGXFSZ);
          return EFBIG;
        }
        if (most !== UNLIMITED) taken = taken.slice(0, most - file.position);
      }
      const written = writeFileAt(m, file.inode, file.position, taken, now(k));
      if (written > 0) file.position += written;
      return written;
    }
    case 'socket': {
      const written = writeSocket(k, p, file, data);
      return written === EPIPE ? brokenPipe(k, p) : written;
    }
    case 'tty':
      return writeOut(k, p, file.of, 'stdout', data, true);
    case 'null':
    case 'zero':
    case 'random':
      return data.length;
    case 'full':
      return ENOSPC;
    case 'read':
    case 'text':
    case 'directory':
    case 'listener':
      return EBADF;
  }
}

/** To the host, as far as its window goes. A terminal sends carriage return and newline for newline. */
function writeOut(k: Kernel, p: Process, of: string, stream: 'stdout' | 'stderr', data: Bytes, terminal = false): number {
  const outlet = (k.box.containers[of] ?? k.box.execs[of])?.output;
  // Nobody listens to an exec that has ended.
  if (!outlet) return data.length;
  if (outlet.window <= 0) {
    waitIn(outlet.waiters, p);
    return BLOCKED;
  }
  const taken = data.length > outlet.window ? data.slice(0, outlet.window) : data;
  const shown = terminal ? taken.replace(/\r?\n/g, '\r\n') : taken;
  outlet.window -= shown.length;
  k.core.outputs.push({ type: 'output', of, stream, data: shown, at: now(k) });
  return taken.length;
}

function brokenPipe(k: Kernel, p: Process): number {
  sendSignal(k, p, SIGPIPE);
  return EPIPE;
}

function randomBytes(k: Kernel, length: number): Bytes {
  let bytes = '';
  while (bytes.length < length) bytes += String.fromCharCode(random(k) & 255);
  return bytes;
}
