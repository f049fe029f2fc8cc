/** What wants a screen: editors are refused with a word on what to do instead; pagers show everything. */
import { programName } from './options.js';
import type { Run } from './simple.js';

export const editor: Run = (io) => {
  io.err += `${programName(io)}: the virtual runtime has no screen editor: write files with cat > FILE <<EOF, sed -i, or kubectl cp\n`;
  return 1;
};

export const clear: Run = (io) => {
  io.out += programName(io) === 'reset' ? '\x1bc\x1b(B\x1b[m\x1b[J\x1b[?25h' : '\x1b[H\x1b[J';
  return 0;
};

export const arch: Run = (io) => {
  io.out += 'x86_64\n';
  return 0;
};
