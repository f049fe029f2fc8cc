/** Permission bits as text, and from text. */
import type { Stat } from '../files/stat.js';

const TYPE: Record<Stat['type'], string> = { file: '-', dir: 'd', link: 'l', fifo: 'p', char: 'c' };

/** -rwxr-xr-x */
export function modeText(stat: Pick<Stat, 'type' | 'mode'>): string {
  const bits = [6, 3, 0].map((shift) => {
    const three = stat.mode >> shift;
    return `${three & 4 ? 'r' : '-'}${three & 2 ? 'w' : '-'}${three & 1 ? 'x' : '-'}`;
  });
  const special = (text: string, on: boolean, letter: string) => (on ? text.slice(0, 2) + (text[2] === 'x' ? letter : letter.toUpperCase()) : text);
  return TYPE[stat.type] + special(bits[0]!, (stat.mode & 0o4000) !== 0, 's') + special(bits[1]!, (stat.mode & 0o2000) !== 0, 's') + special(bits[2]!, (stat.mode & 0o1000) !== 0, 't');
}

/** The bits that "755" or "u+x,go-w" make of `mode`; undefined: not a mode. */
export function parseMode(text: string, mode: number, directory: boolean, umask: number): number | undefined {
  if (/^[0-7]{1,4}$/.test(text)) return parseInt(text, 8);
  let bits = mode;
  for (const clause of text.split(',')) {
    const found = /^([ugoa]*)((?:[-+=][rwxXst]*)+)$/.exec(clause);
    if (!found) return undefined;
    const who = found[1] === '' || found[1]!.includes('a') ? 'ugo' : found[1]!;
    for (const [, operator, letters] of found[2]!.matchAll(/([-+=])([rwxXst]*)/g)) {
      let mask = 0;
      let value = 0;
      for (const [letter, shift] of [['u', 6], ['g', 3], ['o', 0]] as const) {
        if (!who.includes(letter)) continue;
        mask |= 7 << shift;
        let three = 0;
        if (letters!.includes('r')) three |= 4;
        if (letters!.includes('w')) three |= 2;
        if (letters!.includes('x') || (letters!.includes('X') && (directory || bits & 0o111))) three |= 1;
        value |= three << shift;
        if (letters!.includes('s') && letter !== 'o') value |= letter === 'u' ? 0o4000 : 0o2000;
      }
      if (letters!.includes('t')) value |= 0o1000;
      if (found[1] === '') value &= ~umask;
      bits = operator === '+' ? bits | value : operator === '-' ? bits & ~value : (bits & ~mask) | value;
    }
  }
  return bits;
}
