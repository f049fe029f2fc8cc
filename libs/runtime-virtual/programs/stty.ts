/** stty: the size of the terminal, echo, and a summary. */
import type { Run } from './simple.js';

export const stty: Run = (io) => {
  const { k, p } = io;
  const tty = k.box.open[p.files[0] ?? 0];
  if (tty?.kind !== 'tty') {
    io.err += "stty: standard input: Not a tty\n";
    return 1;
  }
  const words = io.argv.slice(1);
  if (words.length === 0 || words[0] === '-a') {
    const size = words[0] === '-a' ? `; rows ${tty.rows}; columns ${tty.columns}` : '';
    io.out += `speed 38400 baud${size}; line = 0;\n${tty.echo ? 'echo' : '-echo'}\n`;
    return 0;
  }
  while (words.length > 0) {
    const word = words.shift()!;
    if (word === 'size') io.out += `${tty.rows} ${tty.columns}\n`;
    else if (word === 'echo' || word === '-echo') tty.echo = word === 'echo';
    else if (word === 'sane') Object.assign(tty, { echo: true, raw: false });
    else if (word === 'raw' || word === '-icanon' || word === 'cbreak') tty.raw = true;
    else if (word === '-raw' || word === 'icanon' || word === '-cbreak' || word === 'cooked') tty.raw = false;
    else if (word === 'rows' || word === 'columns' || word === 'cols') {
      const value = Number(words.shift());
      if (!Number.isInteger(value) || value < 0) {
        io.err += `stty: invalid number '${value}'\n`;
        return 1;
      }
      if (word === 'rows') tty.rows = value;
      else tty.columns = value;
    } else {
      io.err += `stty: invalid argument '${word}'\n`;
      return 1;
    }
  }
  return 0;
};
