/** Editing a line at a shell's prompt, as busybox does: arrows, history, Ctrl-A/E/K/U/W/L, Tab. All of its state is in the terminal, as plain data. */
import type { Bytes } from './machine.js';
import type { Editor, Terminal } from './state.js';

const MAX_HISTORY = 256;

/** Keys that terminals send as escape sequences, after ESC. */
const SEQUENCES: Record<string, string> = {
  '[A': 'up', '[B': 'down', '[C': 'right', '[D': 'left', '[H': 'home', '[F': 'end', OA: 'up', OB: 'down', OC: 'right', OD: 'left', OH: 'home', OF: 'end',
  '[1~': 'home', '[7~': 'home', '[4~': 'end', '[8~': 'end', '[3~': 'delete',
};
const KEYS: Record<string, string> = {
  '\x01': 'home', '\x02': 'left', '\x05': 'end', '\x06': 'right', '\x08': 'backspace', '\x7f': 'backspace', '\x0b': 'kill', '\x0c': 'clear', '\x0e': 'down', '\x10': 'up',
  '\x15': 'killBefore', '\x17': 'killWord',
};

/** A shell asks for a line: from here on keys edit it. */
export function beginEditing(tty: Terminal, prompt: Bytes): void {
  tty.editor.active = true;
  tty.editor.prompt = prompt;
  tty.editor.cursor = tty.line.length;
  tty.editor.at = tty.editor.history.length;
  tty.editor.escape = '';
}

/** The line is complete. */
export function endEditing(tty: Terminal): void {
  const { editor } = tty;
  editor.active = false;
  if (tty.line.trim() !== '' && tty.line !== editor.history[editor.history.length - 1]) editor.history.push(tty.line);
  if (editor.history.length > MAX_HISTORY) editor.history.shift();
  editor.at = editor.history.length;
}

/**
 * Takes one typed byte. Returns what the terminal shows for it, or undefined for what the line discipline itself deals with (Enter, Ctrl-C, Ctrl-D on an
 * empty line). `complete` gives what Tab adds at the cursor.
 */
export function editKey(tty: Terminal, char: Bytes, complete: (before: Bytes) => Bytes): Bytes | undefined {
  const { editor } = tty;
  if (char === '\r' || char === '\n') return undefined;
  if (editor.escape !== '' || char === '\x1b') return escapeKey(tty, char);
  if (char === '\t') return insert(tty, complete(tty.line.slice(0, editor.cursor))) || '\x07';
  if (char === '\x04' && tty.line !== '') return command(tty, 'delete');
  if (char === '\x04' || char === '\x03') return undefined;
  const key = KEYS[char];
  if (key !== undefined) return command(tty, key);
  return char < ' ' ? '' : insert(tty, char);
}

function escapeKey(tty: Terminal, char: Bytes): Bytes {
  const { editor } = tty;
  editor.escape += char;
  const sequence = editor.escape.slice(1);
  if (sequence === '' || sequence === '[' || sequence === 'O' || /^\[[\d;]{1,8}$/.test(sequence)) return '';
  editor.escape = '';
  const key = SEQUENCES[sequence];
  return key === undefined ? '' : command(tty, key);
}

function insert(tty: Terminal, text: Bytes): Bytes {
  const { editor, line } = tty;
  if (text === '') return '';
  const rest = line.slice(editor.cursor);
  tty.line = line.slice(0, editor.cursor) + text + rest;
  editor.cursor += text.length;
  return text + rest + back(rest);
}

function command(tty: Terminal, key: string): Bytes {
  const { editor, line } = tty;
  const { cursor } = editor;
  switch (key) {
    case 'left':
      return move(tty, before(line, cursor));
    case 'right':
      return move(tty, after(line, cursor));
    case 'home':
      return move(tty, 0);
    case 'end':
      return move(tty, line.length);
    case 'backspace':
      return replace(tty, before(line, cursor), cursor, '');
    case 'delete':
      return replace(tty, cursor, after(line, cursor), '');
    case 'kill':
      return replace(tty, cursor, line.length, '');
    case 'killBefore':
      return replace(tty, 0, cursor, '');
    case 'killWord':
      return replace(tty, line.slice(0, cursor).replace(/\S*\s*$/, '').length, cursor, '');
    case 'clear':
      return `\x1b[H\x1b[J${editor.prompt}${line}${back(line.slice(cursor))}`;
    default:
      return recall(tty, editor, key === 'up' ? -1 : 1);
  }
}

/** History: the line that was being typed is kept below the newest. */
function recall(tty: Terminal, editor: Editor, by: number): Bytes {
  const to = editor.at + by;
  if (to < 0 || to > editor.history.length) return '\x07';
  if (editor.at === editor.history.length) editor.draft = tty.line;
  editor.at = to;
  return replace(tty, 0, tty.line.length, editor.history[to] ?? editor.draft);
}

function move(tty: Terminal, to: number): Bytes {
  const { editor, line } = tty;
  const shown = to < editor.cursor ? back(line.slice(to, editor.cursor)) : line.slice(editor.cursor, to);
  editor.cursor = to;
  return shown;
}

/** Puts text in the place of a part of the line, the cursor after it. */
function replace(tty: Terminal, from: number, to: number, text: Bytes): Bytes {
  if (from === to && text === '') return '';
  const home = move(tty, from);
  const rest = tty.line.slice(to);
  tty.line = tty.line.slice(0, from) + text + rest;
  tty.editor.cursor = from + text.length;
  return `${home}${text}${rest}\x1b[J${back(rest)}`;
}

/** Lines are UTF-8: a step goes over a character's bytes. */
const continues = (char: string | undefined) => char !== undefined && (char.charCodeAt(0) & 0xc0) === 0x80;

function before(line: Bytes, at: number): number {
  let to = Math.max(0, at - 1);
  while (to > 0 && continues(line[to])) to--;
  return to;
}

function after(line: Bytes, at: number): number {
  let to = Math.min(line.length, at + 1);
  while (continues(line[to])) to++;
  return to;
}

/** Takes the cursor back over a text. */
function back(text: Bytes): Bytes {
  return '\b'.repeat(text.replace(/[\x80-\xbf]/g, '').length);
}
