/**
 * Where a reader of a log stands. A log's lines have times, and several lines may have the same one (a paused clock, a fast program): a position is a millisecond
 * and the number of lines of it that have been read. Pure.
 */
export interface LogLine {
  /** As the runtime wrote it: RFC 3339 with nanoseconds. */
  time: string;
  text: string;
}

export interface LogPosition {
  /** Epoch ms. */
  ms: number;
  /** Lines of that millisecond that have been read. */
  count: number;
  /** What the last of them was, in short: so that it is known again. */
  mark?: number;
}

/** FNV-1a, 32 bits. */
function markOf({ time, text }: LogLine): number {
  let hash = 0x811c9dc5;
  for (const part of [time, text]) for (let at = 0; at < part.length; at++) hash = Math.imul(hash ^ part.charCodeAt(at), 0x01000193);
  return hash >>> 0;
}

export const msOf = (line: LogLine): number => Date.parse(line.time);

/** `<time> <text>`: a line of a log that was asked for with timestamps. */
export function parseLine(line: string): LogLine {
  const space = line.indexOf(' ');
  return space < 0 ? { time: line, text: '' } : { time: line.slice(0, space), text: line.slice(space + 1) };
}

/** The position behind a line that comes next. Time does not go back; should a line say so, it counts for the millisecond before it. */
export function behind(position: LogPosition | undefined, line: LogLine): LogPosition {
  const ms = msOf(line);
  const mark = markOf(line);
  return position && ms <= position.ms ? { ms: position.ms, count: position.count + 1, mark } : { ms, count: 1, mark };
}

/** Of `lines`, which begin with a whole millisecond, the position behind which the last `wanted` begin; undefined: all of them are wanted. */
export function beforeTail(lines: LogLine[], wanted: number): LogPosition | undefined {
  let position: LogPosition | undefined;
  for (const line of lines.slice(0, Math.max(0, lines.length - wanted))) position = behind(position, line);
  return position;
}

/** Finds a position again in a log that is read from the position's millisecond on. */
export class Resumption {
  private left: number;

  constructor(private readonly from: LogPosition | undefined) {
    this.left = from?.count ?? 0;
  }

  /** The lines that are new to the reader. @throws whatever `gone` makes, when lines that it has read are no longer there: some that it has not read may be missing too. */
  take(lines: LogLine[], gone: () => Error): LogLine[] {
    let skip = 0;
    while (this.left > 0 && skip < lines.length) {
      if (msOf(lines[skip]!) > this.from!.ms) throw gone();
      this.left--;
      if (this.left === 0 && this.from!.mark !== undefined && markOf(lines[skip]!) !== this.from!.mark) throw gone();
      skip++;
    }
    return lines.slice(skip);
  }

  /** Whether the position has been found: to be asked when the log has ended. */
  get found(): boolean {
    return this.left === 0;
  }
}
