import { APPEND, CREATE, openPath, TRUNCATE, WRITE } from '../files/open.js';
import { write } from '../kernel/descriptors.js';
import { errorMessage } from '../kernel/errors.js';
import { attach } from '../kernel/open-files.js';
import { filter } from './filter.js';
import { parseOptions } from './options.js';

export const tee = filter<{ fds: number[]; failed: boolean }>({
  init(io) {
    const options = parseOptions(io, 'ai');
    if (!options) return 1;
    const own = { fds: [] as number[], failed: false };
    for (const name of options.rest) {
      const id = openPath(io.k, io.p, name, WRITE | CREATE | (options.has('a') ? APPEND : TRUNCATE));
      if (id < 0) {
        io.err += `tee: ${name}: ${errorMessage(id)}\n`;
        own.failed = true;
      } else own.fds.push(attach(io.k, io.p, id, 3));
    }
    return { own, files: [] };
  },
  data(io, own, data) {
    io.out += data;
    for (const fd of own.fds) {
      const written = write(io.k, io.p, fd, data);
      if (written < 0) {
        io.err += `tee: write error: ${errorMessage(written)}\n`;
        own.failed = true;
      }
    }
  },
  end: (_io, own) => (own.failed ? 1 : 0),
});
