import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Bytes } from '../kernel/machine.js';
import { criLines, lastEntry } from './cri-line.js';

/** Files kept open at a time in one thread; the one opened first is closed for a new one. */
const MOST_OPEN_FILES = 128;

interface Log {
  path: string;
  /** Text that the next flush() writes. */
  pending: string;
  /** Unfinished lines. */
  stdout: string;
  stderr: string;
  failed: boolean;
}

/**
 * The containers' log files, CRI's format, one a container attempt, made at the first line. What a turn brought is written at its end, one
 * write a file, synchronously: an exit is never told before the log is complete.
 */
export class LogWriter {
  private readonly logs = new Map<string, Log>();
  private readonly dirty = new Map<string, Log>();
  private readonly files = new Map<string, number>();

  constructor(private readonly warn: (message: string) => void) {}

  add(containerId: string, path: string): void {
    this.logs.set(containerId, { path, pending: '', stdout: '', stderr: '', failed: false });
  }

  has(containerId: string): boolean {
    return this.logs.has(containerId);
  }

  write(containerId: string, stream: 'stdout' | 'stderr', data: Bytes, at: number): void {
    const log = this.logs.get(containerId);
    if (!log) return;
    const { text, rest } = criLines(log[stream], data, stream, at);
    log[stream] = rest;
    this.append(containerId, log, text);
  }

  /** The container has exited: unfinished lines are written and the file is closed. */
  end(containerId: string, at: number): void {
    const log = this.logs.get(containerId);
    if (!log) return;
    this.append(containerId, log, lastEntry(log.stdout, 'stdout', at) + lastEntry(log.stderr, 'stderr', at));
    this.flushOne(containerId, log);
    this.remove(containerId);
  }

  flush(): void {
    for (const [id, log] of this.dirty) this.flushOne(id, log);
    this.dirty.clear();
  }

  /** Begins a new file at the path. Returns what went wrong, or ''. */
  reopen(containerId: string): string {
    const log = this.logs.get(containerId);
    if (!log) return 'container is not running';
    this.flushOne(containerId, log);
    this.closeFile(containerId);
    try {
      this.open(containerId, log);
      return '';
    } catch (error) {
      return (error as Error).message;
    }
  }

  remove(containerId: string): void {
    this.closeFile(containerId);
    this.dirty.delete(containerId);
    this.logs.delete(containerId);
  }

  private append(containerId: string, log: Log, text: string): void {
    if (text === '') return;
    if (log.pending === '') this.dirty.set(containerId, log);
    log.pending += text;
  }

  private flushOne(containerId: string, log: Log): void {
    if (log.pending === '') return;
    const bytes = Buffer.from(log.pending, 'latin1');
    log.pending = '';
    try {
      const file = this.open(containerId, log);
      for (let done = 0; done < bytes.length;) done += writeSync(file, bytes, done);
      log.failed = false;
    } catch (error) {
      if (!log.failed) this.warn(`cannot write the log ${log.path}: ${(error as Error).message}`);
      log.failed = true;
    }
  }

  private open(containerId: string, log: Log): number {
    const open = this.files.get(containerId);
    if (open !== undefined) return open;
    let file: number;
    try {
      file = openSync(log.path, 'a', 0o640);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      mkdirSync(dirname(log.path), { recursive: true });
      file = openSync(log.path, 'a', 0o640);
    }
    if (this.files.size >= MOST_OPEN_FILES) {
      const [oldest] = this.files.keys();
      if (oldest !== undefined) this.closeFile(oldest);
    }
    this.files.set(containerId, file);
    return file;
  }

  private closeFile(containerId: string): void {
    const file = this.files.get(containerId);
    if (file === undefined) return;
    this.files.delete(containerId);
    closeSync(file);
  }
}
