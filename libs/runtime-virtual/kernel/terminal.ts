/** A terminal's line discipline: echo, erase, Ctrl-C, Ctrl-D; newline becomes carriage return and newline on the way out. At a prompt a line is edited. */
import { editKey, endEditing } from './line-editor.js';
import { BLOCKED } from './errors.js';
import type { Kernel } from './kernel.js';
import { now, waitIn, wakeAll } from './kernel.js';
import type { Bytes } from './machine.js';
import { signalGroup } from './processes.js';
import { SIGINT, SIGQUIT, SIGWINCH } from './signals.js';
import type { Process, Terminal } from './state.js';

const MAX_LINE = 4096;

/** What is typed shows at once, whatever the window: it is as little as the user types. */
function echo(k: Kernel, tty: Terminal, data: Bytes): void {
  k.core.outputs.push({ type: 'output', of: tty.of, stream: 'stdout', data: data.replace(/\r?\n/g, '\r\n'), at: now(k) });
}

/** A line, '' after Ctrl-D, or BLOCKED. */
export function readTerminal(p: Process, tty: Terminal, max: number): Bytes | number {
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
      const edited = editKey(tty, char, (before) => (reader ? k.core.complete(k, reader, before) : ''));
      if (edited !== undefined) {
        shown += edited;
        continue;
      }
      if (char === '\r' || char === '\n') endEditing(tty);
    }
    if (char === '\x03' || char === '\x1c') {
      shown += char === '\x03' ? '^C\n' : '^\\\n';
      tty.line = '';
      tty.ready = [];
      if (tty.echo && shown) echo(k, tty, shown);
      shown = '';
      signalGroup(k, tty.group, char === '\x03' ? SIGINT : SIGQUIT);
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
      shown += char < ' ' && char !== '\t' ? `^${String.fromCharCode(char.charCodeAt(0) + 64)}` : char;
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
