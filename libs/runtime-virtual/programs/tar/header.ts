/** The 512 bytes before each file of a tar archive (POSIX ustar). */

export interface Entry {
  name: string;
  mode: number;
  uid: number;
  gid: number;
  size: number;
  /** Seconds. */
  mtime: number;
  type: 'file' | 'dir' | 'link' | 'hard' | 'name';
  target: string;
}

export const BLOCK = 512;
const TYPES: Record<string, Entry['type']> = { '0': 'file', '\0': 'file', '7': 'file', '1': 'hard', '2': 'link', '5': 'dir', L: 'name' };
const LETTERS: Record<Entry['type'], string> = { file: '0', hard: '1', link: '2', dir: '5', name: 'L' };

export const padded = (text: string): string => text + '\0'.repeat((BLOCK - (text.length % BLOCK)) % BLOCK);

/** A long name stands in an entry of its own before it, as GNU tar does it. */
export function writeHeader(entry: Entry): string {
  if (entry.name.length > 99 && entry.type !== 'name') {
    const long = `${entry.name}\0`;
    return writeHeader({ ...entry, name: '././@LongLink', type: 'name', size: long.length, target: '' }) + padded(long) + writeHeader({ ...entry, name: entry.name.slice(0, 99) });
  }
  const text = (value: string, length: number) => value.slice(0, length).padEnd(length, '\0');
  const octal = (value: number, length: number) => `${value.toString(8).padStart(length - 1, '0')}\0`;
  const before = text(entry.name, 100) + octal(entry.mode, 8) + octal(entry.uid, 8) + octal(entry.gid, 8) + octal(entry.size, 12) + octal(entry.mtime, 12);
  const after = LETTERS[entry.type] + text(entry.target, 100) + 'ustar  \0' + text(entry.uid === 0 ? 'root' : '', 32) + text(entry.gid === 0 ? 'root' : '', 32);
  const all = padded(`${before}        ${after}`);
  const sum = [...all].reduce((total, char) => total + char.charCodeAt(0), 0);
  return `${before}${sum.toString(8).padStart(6, '0')}\0 ${all.slice(156)}`;
}

/** null: a block of zeros, which ends the archive; undefined: no header. */
export function readHeader(block: string): Entry | null | undefined {
  if (/^\0*$/.test(block)) return null;
  const text = (at: number, length: number) => block.slice(at, at + length).split('\0', 1)[0]!;
  const octal = (at: number, length: number) => parseInt(text(at, length).trim() || '0', 8);
  const blanked = `${block.slice(0, 148)}        ${block.slice(156)}`;
  if (octal(148, 8) !== [...blanked].reduce((total, char) => total + char.charCodeAt(0), 0)) return undefined;
  const prefix = block.slice(257, 263) === 'ustar\0' ? text(345, 155) : '';
  return {
    name: prefix === '' ? text(0, 100) : `${prefix}/${text(0, 100)}`, mode: octal(100, 8), uid: octal(108, 8), gid: octal(116, 8), size: octal(124, 12), mtime: octal(136, 12),
    type: TYPES[block[156]!] ?? 'file', target: text(157, 100),
  };
}
