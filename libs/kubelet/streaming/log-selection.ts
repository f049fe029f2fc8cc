import type { LogEntry } from './cri-log.js';

/** What of a log is wanted: PodLogOptions, with sinceSeconds already turned into a time. */
export interface LogOptions {
  follow: boolean;
  timestamps: boolean;
  /** Epoch ms on the pod's clock: entries before it are left out. */
  since?: number;
  /** Whole lines counted from the end, before `since` is applied. */
  tailLines?: number;
  limitBytes?: number;
  /** This stream alone. */
  stream?: LogEntry['stream'];
}

const NEWLINE = Buffer.from('\n');

/** Turns entries into the text that a client reads. Keeps state over one log: whether a line has begun, how many bytes are left. */
export class LogSelection {
  private left: number;
  private atLineStart = true;

  constructor(private readonly options: LogOptions) {
    this.left = options.limitBytes ?? Infinity;
  }

  /** limitBytes has been used up: nothing more will come. */
  get full(): boolean {
    return this.left <= 0;
  }

  /** The entry as text; empty where it is not selected. A partial entry's text goes out without a newline, and the next one joins it. */
  take(entry: LogEntry): Buffer[] {
    if (this.options.stream && entry.stream !== this.options.stream) return [];
    if (this.full || (this.options.since !== undefined && !(Date.parse(entry.timestamp) >= this.options.since))) return [];
    const pieces: Buffer[] = [];
    if (this.options.timestamps && this.atLineStart) this.add(pieces, Buffer.from(`${entry.timestamp} `, 'latin1'));
    this.add(pieces, entry.text);
    if (!entry.partial) this.add(pieces, NEWLINE);
    this.atLineStart = !entry.partial;
    return pieces;
  }

  private add(pieces: Buffer[], piece: Buffer): void {
    const part = piece.length > this.left ? piece.subarray(0, this.left) : piece;
    this.left -= part.length;
    if (part.length > 0) pieces.push(part);
  }
}
