/** A terminal's line discipline: echo, erase, Ctrl-C, Ctrl-D; newline becomes carriage return and newline on the way out. At a prompt a line is edited. */
import { editKey, endEditing, toEnd } from './line-editor.js';
import { BLOCKED, EIO } from './errors.js';
import type { Kernel } from './kernel.js';
import { now, waitIn, wakeAll } from './kernel.js';
import type { Bytes } from './machine.js';
import { isOrphaned, signalGroup } from './processes.js';
import { SIGINT, SIGQUIT, SIGTSTP, SIGTTIN, SIGWINCH } from './signals.js';
import type { Process, Terminal } from './state.js';

const MAX_LINE = 4096;
const SIGNAL_KEYS: Record<string, number> = { '\x03': SIGINT, '\x1a': SIGTSTP, '\x1c': SIGQUIT };

/** A control character as it shows: ^C. */
const caret = (char: Bytes) => `^${String.fromCharCode(char.charCodeAt(0) + 64)}`;

/** What is typed shows at once, whatever the window: it is as little as the user types. */
function echo(k: Kernel, tty: Terminal, data: Bytes): void {
  k.core.outputs.push({ type: 'output', of: tty.of, stream: 'stdout', data: data.replace(/\r?\n/g, '\r\n'), at: now(k) });
}

/** A line, '' after Ctrl-D, or BLOCKED. Who is not in the foreground of its own terminal is stopped. */
export function readTerminal(k: Kernel, p: Process, tty: Terminal, max: number): Bytes | number {
  if (tty.group !== p.group && k.box.open[p.tty] === tty) {
    if (p.ignored & (1 << SIGTTIN) || isOrphaned(k, p.group)) return EIO;
    signalGroup(k, p.group, SIGTTIN);
    return BLOCKED;
  }
  const line = tty.ready[0];
  if (line === undefined) {
    waitIn(tty.waiters, p);
    return BLOCKED;
  }
  if (line.length > max) tty.ready[0] = line.slice(max);
  else tty.ready.shift();
  return line.slice(0, max);
}

/** What the user typed. */
export function typeInto(k: Kernel, tty: Terminal, data: Bytes): void {
  let shown = '';
  for (const char of data) {
    if (tty.editor.active) {
      const reader = k.box.processes[tty.waiters[0] ?? 0];
      const edited = editKey(tty, char, (before) => (reader ? k.core.complete(k, reader, before) : { text: '', names: [] }));
      if (edited !== undefined) {
        shown += edited;
        continue;
      }
      shown += toEnd(tty);
      if (char === '\r' || char === '\n') {
        const full = endEditing(tty);
        tty.ready.push(`${tty.line}\n`);
        tty.line = '';
        // A line that ends at the margin has taken the cursor to the next one already.
        if (!full) shown += '\n';
        continue;
      }
    }
    const signal = SIGNAL_KEYS[char];
    if (signal !== undefined) {
      shown += caret(char);
      tty.line = '';
      tty.ready = [];
      if (tty.echo) echo(k, tty, shown);
      shown = '';
      signalGroup(k, tty.group, signal);
    } else if (tty.raw) {
      tty.ready.push(char);
    } else if (char === '\x04') {
      tty.ready.push(tty.line);
      tty.line = '';
    } else if (char === '\r' || char === '\n') {
      shown += '\n';
      tty.ready.push(`${tty.line}\n`);
      tty.line = '';
    } else if (char === '\x7f' || char === '\b') {
      if (tty.line !== '') shown += '\b \b';
      tty.line = tty.line.slice(0, -1);
    } else if (char === '\x15') {
      shown += '\b \b'.repeat(tty.line.length);
      tty.line = '';
    } else if (tty.line.length < MAX_LINE) {
      tty.line += char;
      shown += char < ' ' && char !== '\t' ? caret(char) : char;
    }
  }
  if (tty.echo && shown) echo(k, tty, shown);
  if (tty.ready.length > 0) wakeAll(k, tty.waiters);
}

/** The window has another size: programs in the foreground are told. */
export function resizeTerminal(k: Kernel, tty: Terminal, columns: number, rows: number): void {
  if (tty.columns === columns && tty.rows === rows) return;
  Object.assign(tty, { columns, rows });
  signalGroup(k, tty.group, SIGWINCH);
}
