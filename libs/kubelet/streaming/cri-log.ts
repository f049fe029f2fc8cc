/**
 * The CRI log line, `<RFC3339Nano> stdout|stderr F|P text`: what a runtime writes to a container's log file. P: the line goes on in
 * the stream's next entry. Pure: bytes in, entries out. Source: k8s.io/cri-client pkg/logs.
 */
export interface LogEntry {
  /** As written. */
  timestamp: string;
  stream: 'stdout' | 'stderr';
  /** The text does not end here. */
  partial: boolean;
  text: Buffer;
}

const SPACE = 0x20;
const NEWLINE = 0x0a;

/** A line without its newline; undefined for what is no CRI log line (a torn write: such lines are passed over). */
export function parseLogLine(line: Buffer): LogEntry | undefined {
  const first = line.indexOf(SPACE);
  const second = first < 0 ? -1 : line.indexOf(SPACE, first + 1);
  if (second < 0) return undefined;
  const third = line.indexOf(SPACE, second + 1);
  const tagEnd = third < 0 ? line.length : third;
  const stream = line.toString('latin1', first + 1, second);
  if (stream !== 'stdout' && stream !== 'stderr') return undefined;
  const tag = line.toString('latin1', second + 1, tagEnd).split(':', 1)[0];
  if (tag !== 'F' && tag !== 'P') return undefined;
  return { timestamp: line.toString('latin1', 0, first), stream, partial: tag === 'P', text: line.subarray(Math.min(tagEnd + 1, line.length)) };
}

/** Cuts a stream of bytes into lines; what has no newline yet waits for more. */
export class LineSplitter {
  private rest: Buffer[] = [];

  push(chunk: Buffer): Buffer[] {
    const lines: Buffer[] = [];
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      const piece = chunk.subarray(start, end);
      lines.push(this.rest.length === 0 ? piece : Buffer.concat([...this.rest, piece]));
      this.rest = [];
      start = end + 1;
    }
    // Copied: the reader uses its buffer again.
    if (start < chunk.length) this.rest.push(Buffer.from(chunk.subarray(start)));
    return lines;
  }
}

/**
 * Where the last `wanted` whole lines of `bytes` begin: an offset into it, or undefined where `bytes` does not hold so many and
 * more has to be read before it. `bytes` ends at the end of the file; it may begin in the middle of a line, which then is not counted.
 */
export function tailStart(bytes: Buffer, wanted: number): number | undefined {
  // An unfinished last line is being written at this moment: it is not a line yet.
  let end = bytes.lastIndexOf(NEWLINE);
  if (wanted === 0) return end + 1;
  let whole = 0;
  while (end >= 0) {
    const start = end === 0 ? 0 : bytes.lastIndexOf(NEWLINE, end - 1) + 1;
    if (isWhole(bytes.subarray(start, end)) && ++whole > wanted) return end + 1;
    end = start - 1;
  }
  return undefined;
}

/** Whether an entry ends its line; what cannot be parsed counts for nothing. */
function isWhole(line: Buffer): boolean {
  const entry = parseLogLine(line);
  return entry !== undefined && !entry.partial;
}
