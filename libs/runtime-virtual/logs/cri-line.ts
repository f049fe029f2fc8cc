import type { Bytes } from '../kernel/machine.js';

/** containerd's max_container_log_line_size: a longer line is cut into P(artial) entries. */
export const LONGEST_ENTRY = 16 * 1024;

let stampedMs = NaN;
let stamp = '';

/** RFC3339Nano with all nine digits, as containerd's logs have it; `at` in epoch milliseconds. */
export function logTime(at: number): string {
  if (at !== stampedMs) {
    stampedMs = at;
    stamp = `${new Date(at).toISOString().slice(0, -1)}000000Z`;
  }
  return stamp;
}

/**
 * What a write to stdout or stderr adds to a container's log in CRI's format (`<time> <stream> F|P <text>`), and the unfinished line that
 * is left. `rest`: what the last write left.
 */
export function criLines(rest: string, data: Bytes, stream: 'stdout' | 'stderr', at: number): { text: string; rest: string } {
  const time = logTime(at);
  let text = '';
  let line = rest;
  let from = 0;
  for (;;) {
    const newline = data.indexOf('\n', from);
    line += data.slice(from, newline < 0 ? data.length : newline);
    while (line.length > LONGEST_ENTRY || (newline < 0 && line.length === LONGEST_ENTRY)) {
      text += `${time} ${stream} P ${line.slice(0, LONGEST_ENTRY)}\n`;
      line = line.slice(LONGEST_ENTRY);
    }
    if (newline < 0) return { text, rest: line };
    text += `${time} ${stream} F ${line}\n`;
    line = '';
    from = newline + 1;
  }
}

/** What ends the log of a container that stopped within a line: a P entry, as containerd writes it. */
export function lastEntry(rest: string, stream: 'stdout' | 'stderr', at: number): string {
  return rest === '' ? '' : `${logTime(at)} ${stream} P ${rest}\n`;
}
