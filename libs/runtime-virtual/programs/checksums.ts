/** md5sum, sha1sum, sha256sum, sha512sum, base64: the content is collected as state; the digest of it is a pure function. */
import { createHash } from 'node:crypto';
import { checkSums } from './bytes.js';
import { filter } from './filter.js';
import { parseOptions } from './options.js';
import type { Program } from '../kernel/program.js';

interface SumState {
  chunks: string[];
  check: boolean;
  silent: boolean;
  code: number;
}

export function checksum(algorithm: string): Program {
  return filter<SumState>({
    init(io) {
      const options = parseOptions(io, 'cswb');
      return options ? { own: { chunks: [], check: options.has('c'), silent: options.has('s'), code: 0 }, files: options.rest } : 1;
    },
    data(_io, own, data) {
      own.chunks.push(data);
    },
    close(io, own, name) {
      const digest = (text: string) => createHash(algorithm).update(text, 'latin1').digest('hex');
      const text = own.chunks.join('');
      own.chunks = [];
      if (own.check) own.code = checkSums(io, text, digest, own.silent) || own.code;
      else io.out += `${digest(text)}  ${name}\n`;
    },
    end: (_io, own, code) => code || own.code,
    cannot: (name, error) => `${algorithm}sum: can't open '${name}': ${error}\n`,
  }) as Program;
}

export const base64 = filter<{ chunks: string[]; decode: boolean; wrap: number }>({
  init(io) {
    const options = parseOptions(io, 'dw:', ['decode=d', 'wrap=w:']);
    return options ? { own: { chunks: [], decode: options.has('d'), wrap: Number(options.value('w') ?? 76) }, files: options.rest.slice(0, 1) } : 1;
  },
  data(_io, own, data) {
    own.chunks.push(data);
  },
  end(io, own, code) {
    const text = own.chunks.join('');
    own.chunks = [];
    if (own.decode) {
      const clean = text.replace(/\s/g, '');
      if (!/^[A-Za-z0-9+/]*={0,2}$/.test(clean)) {
        io.err += 'base64: invalid input\n';
        return 1;
      }
      io.out += Buffer.from(clean, 'base64').toString('latin1');
      return code;
    }
    const encoded = Buffer.from(text, 'latin1').toString('base64');
    if (own.wrap === 0) io.out += encoded;
    else for (let at = 0; at < encoded.length; at += own.wrap) io.out += `${encoded.slice(at, at + own.wrap)}\n`;
    return code;
  },
});
