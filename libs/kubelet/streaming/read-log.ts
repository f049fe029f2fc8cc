import { watch } from 'node:fs';
import { open, stat, type FileHandle } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import type { Clock } from '#clock';
import { LineSplitter, parseLogLine, tailStart } from './cri-log.js';
import { LogSelection, type LogOptions } from './log-selection.js';

const BLOCK_BYTES = 64 * 1024;
/** How often a followed log asks whether its container has ended, and looks at the file where no change was reported. */
const POLL_MS = 250;

export interface LogSource {
  path: string;
  /** Whether more can still be written; asked only while following. */
  running: () => Promise<boolean>;
}

/**
 * The log as text, in pieces as they are read. A file that is not there yet is empty. Following ends when the container has ended and
 * the file has been read to its end, when limitBytes is used up, or with `signal`. A rotated file is read out before the new one begins.
 */
export async function* readLog(source: LogSource, options: LogOptions, clock: Clock, signal: AbortSignal): AsyncGenerator<Buffer> {
  const selection = new LogSelection(options);
  const changes = options.follow ? new FileChanges(source.path, clock, signal) : undefined;
  let file: OpenLog | undefined;
  try {
    let first = true;
    let more = options.follow;
    let askAt = -Infinity;
    while (!signal.aborted) {
      // Asked before reading, so that all that was written before the end is read below; and not at each of a busy container's lines.
      if (more && clock.now() >= askAt) {
        more = await source.running();
        askAt = clock.now() + POLL_MS;
      }
      file ??= await OpenLog.open(source.path, first ? options.tailLines : undefined);
      if (file) {
        first = false;
        yield* readOut(file, selection, signal);
        if (selection.full) return;
        if (options.follow && (await file.replaced(source.path))) {
          yield* readOut(file, selection, signal);
          await file.close();
          file = undefined;
          continue;
        }
      }
      if (!more) return;
      await changes?.next();
    }
  } finally {
    changes?.close();
    await file?.close();
  }
}

async function* readOut(file: OpenLog, selection: LogSelection, signal: AbortSignal): AsyncGenerator<Buffer> {
  while (!signal.aborted && !selection.full) {
    const lines = await file.readLines();
    if (!lines) return;
    const pieces = lines.flatMap((line) => {
      const entry = parseLogLine(line);
      return entry ? selection.take(entry) : [];
    });
    if (pieces.length > 0) yield Buffer.concat(pieces);
  }
}

/** A log file that is being read from some position on. */
class OpenLog {
  private readonly block = Buffer.allocUnsafe(BLOCK_BYTES);
  private readonly splitter = new LineSplitter();

  private constructor(
    private readonly handle: FileHandle,
    private readonly inode: number,
    private position: number,
  ) {}

  /** undefined: no such file (yet). */
  static async open(path: string, tailLines: number | undefined): Promise<OpenLog | undefined> {
    const handle = await unlessMissing(open(path, 'r'));
    if (!handle) return undefined;
    try {
      const { ino, size } = await handle.stat();
      return new OpenLog(handle, ino, tailLines === undefined ? 0 : await findTail(handle, size, tailLines));
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /** The whole lines of the next block; undefined at the end of what has been written. */
  async readLines(): Promise<Buffer[] | undefined> {
    const { bytesRead } = await this.handle.read(this.block, 0, BLOCK_BYTES, this.position);
    if (bytesRead === 0) return undefined;
    this.position += bytesRead;
    return this.splitter.push(this.block.subarray(0, bytesRead));
  }

  /** Whether another file has taken this one's place (rotation). */
  async replaced(path: string): Promise<boolean> {
    const now = await unlessMissing(stat(path));
    return now !== undefined && now.ino !== this.inode;
  }

  close(): Promise<void> {
    return this.handle.close();
  }
}

/** Reads backwards until enough whole lines have been seen: a tail costs what it shows, not what the file holds. */
async function findTail(handle: FileHandle, size: number, lines: number): Promise<number> {
  let bytes = Buffer.alloc(0);
  let from = size;
  for (let step = BLOCK_BYTES; from > 0; step *= 2) {
    const length = Math.min(step, from);
    const block = Buffer.allocUnsafe(length);
    const { bytesRead } = await handle.read(block, 0, length, from - length);
    from -= length;
    bytes = Buffer.concat([block.subarray(0, bytesRead), bytes]);
    const start = tailStart(bytes, lines);
    if (start !== undefined) return from + start;
  }
  return 0;
}

async function unlessMissing<T>(promise: Promise<T>): Promise<T | undefined> {
  try {
    return await promise;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Says when a file may have changed: as reported by the system where that works, and every POLL_MS in any case. */
class FileChanges {
  private wake: () => void = () => undefined;
  private changed = false;
  private watcher?: { close(): void };

  constructor(
    private readonly path: string,
    private readonly clock: Clock,
    private readonly signal: AbortSignal,
  ) {
    signal.addEventListener('abort', this.onAbort);
  }

  async next(): Promise<void> {
    this.watchFolder();
    if (!this.changed && !this.signal.aborted) {
      await new Promise<void>((resolve) => {
        const cancel = this.clock.at(this.clock.now() + POLL_MS, resolve);
        this.wake = () => {
          cancel();
          resolve();
        };
      });
    }
    this.changed = false;
  }

  close(): void {
    this.signal.removeEventListener('abort', this.onAbort);
    this.watcher?.close();
  }

  private readonly onAbort = () => this.wake();

  /** The folder, so that a file that appears or is replaced is seen too. No folder yet, or no watch left in the system: polling does it. */
  private watchFolder(): void {
    if (this.watcher) return;
    const name = basename(this.path);
    try {
      const watcher = watch(dirname(this.path), { persistent: false }, (_event, changed) => {
        if (changed !== name && changed !== null) return;
        this.changed = true;
        this.wake();
      });
      watcher.on('error', () => watcher.close());
      this.watcher = watcher;
    } catch {
      this.watcher = undefined;
    }
  }
}
