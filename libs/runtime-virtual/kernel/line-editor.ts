/**
 * Editing a line at a shell's prompt, as busybox does: arrows, history, Ctrl-A/E/K/U/W/L/R, Tab. All of its state is in the terminal, as plain data.
 * A line may be longer than the window: what is shown moves over its rows.
 */
import type { Completion } from './kernel.js';
import type { Bytes } from './machine.js';
import type { Editor, Terminal } from './state.js';

const MAX_HISTORY = 256;

/** Keys that terminals send as escape sequences, after ESC. */
const SEQUENCES: Record<string, string> = {
  '[A': 'up', '[B': 'down', '[C': 'right', '[D': 'left', '[H': 'home', '[F': 'end', OA: 'up', OB: 'down', OC: 'right', OD: 'left', OH: 'home', OF: 'end',
  '[1~': 'home', '[7~': 'home', '[4~': 'end', '[8~': 'end', '[3~': 'delete',
};
const KEYS: Record<string, string> = {
  '\x01': 'home', '\x02': 'left', '\x05': 'end', '\x06': 'right', '\x08': 'backspace', '\x7f': 'backspace', '\x0b': 'kill', '\x0c': 'clear', '\x12': 'search', '\x0e': 'down', '\x10': 'up',
  '\x15': 'killBefore', '\x17': 'killWord',
};

/** A shell asks for a line: from here on keys edit it. */
export function beginEditing(tty: Terminal, prompt: Bytes): void {
  const { editor } = tty;
  editor.active = true;
  editor.prompt = prompt;
  editor.cursor = tty.line.length;
  editor.at = editor.history.length;
  editor.escape = '';
  editor.search = null;
  editor.tabbed = false;
}

/** The line is complete. Returns whether it ends at the window's margin. */
export function endEditing(tty: Terminal): boolean {
  const { editor } = tty;
  const full = tty.line !== '' && cellAt(tty, tty.line.length) % columnsOf(tty) === 0;
  editor.active = false;
  if (tty.line.trim() !== '' && tty.line !== editor.history[editor.history.length - 1]) editor.history.push(tty.line);
  if (editor.history.length > MAX_HISTORY) editor.history.shift();
  editor.at = editor.history.length;
  return full;
}

/** Takes the cursor to the end of what is shown. */
export function toEnd(tty: Terminal): Bytes {
  const ended = tty.editor.search ? endSearch(tty) : '';
  return ended + move(tty, tty.line.length);
}

/**
 * Takes one typed byte. Returns what the terminal shows for it, or undefined for what the line discipline itself deals with (Enter, Ctrl-C, Ctrl-D on an
 * empty line). `complete` gives what Tab adds at the cursor.
 */
export function editKey(tty: Terminal, char: Bytes, complete: (before: Bytes) => Completion): Bytes | undefined {
  const { editor } = tty;
  if (editor.search) return searchKey(tty, char, complete);
  if (char === '\r' || char === '\n') return undefined;
  if (editor.escape !== '' || char === '\x1b') return escapeKey(tty, char);
  if (char === '\t') return tab(tty, complete(tty.line.slice(0, editor.cursor)));
  editor.tabbed = false;
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
  editor.tabbed = false;
  const key = SEQUENCES[sequence];
  return key === undefined ? '' : command(tty, key);
}

/** Adds what all names have in common; where that is nothing, the second Tab shows them. */
function tab(tty: Terminal, { text, names }: Completion): Bytes {
  const { editor } = tty;
  if (text !== '') {
    editor.tabbed = names.length > 1;
    return insert(tty, text);
  }
  if (names.length < 2 || !editor.tabbed) {
    editor.tabbed = true;
    return '\x07';
  }
  return `${move(tty, tty.line.length, false)}\n${inColumns(names, columnsOf(tty))}${redraw(tty)}`;
}

/** Names down the columns, as ls does. */
function inColumns(names: string[], columns: number): string {
  const wide = Math.max(...names.map((name) => widthOf(name))) + 2;
  const across = Math.max(1, Math.floor(columns / wide));
  const rows = Math.ceil(names.length / across);
  let text = '';
  for (let row = 0; row < rows; row++) {
    const line = names.filter((_, i) => i % rows === row);
    text += `${line.map((name, i) => (i === line.length - 1 ? name : name + ' '.repeat(wide - widthOf(name)))).join('')}\n`;
  }
  return text;
}

function insert(tty: Terminal, text: Bytes): Bytes {
  const { editor } = tty;
  return text === '' ? '' : replace(tty, editor.cursor, editor.cursor, text);
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
      return `\x1b[H\x1b[J${redraw(tty)}`;
    case 'search':
      editor.search = { text: '', prompt: editor.prompt };
      return reshow(tty, searchPrompt(''), line);
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

const searchPrompt = (text: Bytes) => `(reverse-i-search)'${text}': `;

/** A key while the history is searched: letters make the text longer, Ctrl-R goes further back, any other key goes on with what was found. */
function searchKey(tty: Terminal, char: Bytes, complete: (before: Bytes) => Completion): Bytes | undefined {
  const { editor } = tty;
  const search = editor.search!;
  if (char === '\r' || char === '\n' || char === '\x03') return undefined;
  let { text } = search;
  let from = editor.history.length - 1;
  if (char === '\x12') from = Math.min(from, editor.at - 1);
  else if (char === '\x7f' || char === '\b') text = text.slice(0, before(text, text.length));
  else if (char >= ' ') text += char;
  else {
    const shown = endSearch(tty);
    const edited = char === '\x04' ? '' : editKey(tty, char, complete);
    return shown + (edited ?? '');
  }
  search.text = text;
  while (from >= 0 && !editor.history[from]!.includes(text)) from--;
  if (text === '' || from < 0) return reshow(tty, searchPrompt(text), tty.line) + (text === '' ? '' : '\x07');
  editor.at = from;
  return reshow(tty, searchPrompt(text), editor.history[from]!);
}

function endSearch(tty: Terminal): Bytes {
  const { prompt } = tty.editor.search!;
  tty.editor.search = null;
  return reshow(tty, prompt, tty.line);
}

/** Another prompt and line in the place of what is shown, the cursor at the end. */
function reshow(tty: Terminal, prompt: Bytes, line: Bytes): Bytes {
  const { editor } = tty;
  const up = Math.floor(cellAt(tty, editor.cursor) / columnsOf(tty));
  editor.prompt = prompt;
  tty.line = line;
  editor.cursor = line.length;
  return `${up > 0 ? `\x1b[${up}A` : ''}\r${redraw(tty)}\x1b[J`;
}

/** Prompt and line anew, from the beginning of a row. */
function redraw(tty: Terminal): Bytes {
  const { line, editor } = tty;
  const end = cellAt(tty, line.length);
  return `${editor.prompt}${line}${wrapped(end, columnsOf(tty))}${go(tty, end, cellAt(tty, editor.cursor))}`;
}

/** `reprint`: going right within a row shows its characters again. */
function move(tty: Terminal, to: number, reprint = true): Bytes {
  const { editor, line } = tty;
  const from = editor.cursor;
  const here = cellAt(tty, from);
  const there = cellAt(tty, to);
  editor.cursor = to;
  const columns = columnsOf(tty);
  if (reprint && there > here && Math.floor(here / columns) === Math.floor(there / columns)) return line.slice(from, to);
  return go(tty, here, there);
}

/** Puts text in the place of a part of the line, the cursor after it. */
function replace(tty: Terminal, from: number, to: number, text: Bytes): Bytes {
  if (from === to && text === '') return '';
  const home = move(tty, from);
  const rest = tty.line.slice(to);
  tty.line = tty.line.slice(0, from) + text + rest;
  tty.editor.cursor = from + text.length;
  const end = cellAt(tty, tty.line.length);
  const fresh = text === '' && rest === '' ? '' : wrapped(end, columnsOf(tty));
  return `${home}${text}${rest}${fresh}${from === to ? '' : '\x1b[J'}${go(tty, end, cellAt(tty, tty.editor.cursor))}`;
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

const columnsOf = (tty: Terminal) => (tty.columns > 0 ? tty.columns : 80);

/** How many cells a text takes. */
function widthOf(text: Bytes): number {
  return text.replace(/[\x80-\xbf]/g, '').length;
}

/** The cell of a place in the line, counted from the beginning of the prompt's last row. */
function cellAt(tty: Terminal, at: number): number {
  const prompt = tty.editor.prompt.slice(tty.editor.prompt.lastIndexOf('\n') + 1).replace(/\x1b\[[\d;?]*[A-Za-z]|[\x00-\x1f]/g, '');
  return widthOf(prompt) + widthOf(tty.line.slice(0, at));
}

/** A terminal that has written a row's last cell stays in that row until the next character: this one takes the cursor to the next row. */
function wrapped(end: number, columns: number): Bytes {
  return end > 0 && end % columns === 0 ? ' \r' : '';
}

/** Takes the cursor from one cell to another. */
function go(tty: Terminal, from: number, to: number): Bytes {
  const columns = columnsOf(tty);
  const rows = Math.floor(to / columns) - Math.floor(from / columns);
  const column = to % columns;
  if (rows === 0) return to <= from ? '\b'.repeat(from - to) : `\x1b[${to - from}C`;
  return `\x1b[${Math.abs(rows)}${rows < 0 ? 'A' : 'B'}\r${column > 0 ? `\x1b[${column}C` : ''}`;
}
