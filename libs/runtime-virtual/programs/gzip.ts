/** gzip, gunzip, zcat. Node's zlib works on whole pieces, so that no state of it has to be kept; both sides are bounded. */
import { gunzipSync, gzipSync } from 'node:zlib';
import { unlink } from '../files/change.js';
import { readWhole, stat } from '../files/stat.js';
import { errorMessage } from '../kernel/errors.js';
import { filter } from './filter.js';
import { complain, parseOptions } from './options.js';
import type { Io } from './simple.js';
import { writeFile } from './write-file.js';

export const MAX_PACKED = 32 * 1024 * 1024;
/** As much is packed at once; a gzip file may have several parts. */
const PART = 1024 * 1024;

/** Bytes as latin1, both ways. @throws Error where the data is no gzip, or too much. */
export function gunzip(data: string): string {
  return gunzipSync(Buffer.from(data, 'latin1'), { maxOutputLength: 2 * MAX_PACKED }).toString('latin1');
}
export function gzip(data: string, level = 6): string {
  let out = '';
  for (let at = 0; at === 0 || at < data.length; at += PART) out += gzipSync(Buffer.from(data.slice(at, at + PART), 'latin1'), { level }).toString('latin1');
  return out;
}

interface GzipState {
  unpack: boolean;
  level: number;
  text: string;
  tooMuch: boolean;
}

/** Files that are replaced by their packed or unpacked form. */
function convert(io: Io, name: string, unpack: boolean, flags: { keep: boolean; force: boolean; stdout: boolean; test: boolean; level: number }): number {
  const { k, p } = io;
  const content = readWhole(k, p, name);
  if (typeof content === 'number') return complain(io, `${name}: ${errorMessage(content)}`);
  if (content.length > MAX_PACKED) return complain(io, `${name}: File too large`);
  const suffix = /\.(t?gz|Z)$/.exec(name);
  if (unpack && !flags.stdout && !flags.test && !suffix) return complain(io, `${name}: unknown suffix - ignored`);
  let result: string;
  try {
    result = unpack ? gunzip(content) : gzip(content, flags.level);
  } catch {
    return complain(io, content.startsWith('\x1f\x8b') ? 'crc error' : 'invalid magic');
  }
  if (flags.test) return 0;
  if (flags.stdout) {
    io.out += result;
    return 0;
  }
  const target = !unpack ? `${name}.gz` : suffix![1] === 'tgz' ? name.replace(/\.tgz$/, '.tar') : name.slice(0, suffix!.index);
  if (typeof stat(k, p, target) !== 'number' && !flags.force) return complain(io, `can't open '${target}': File exists`);
  const found = stat(k, p, name);
  const error = writeFile(k, p, target, result, typeof found === 'number' ? 0o644 : found.mode);
  if (error < 0) return complain(io, `${target}: ${errorMessage(error)}`);
  if (!flags.keep) unlink(k, p, name);
  return 0;
}

/** @param as gzip, gunzip or zcat. */
export const gzipProgram = (as: 'gzip' | 'gunzip' | 'zcat') =>
  filter<GzipState>({
    init(io) {
      const options = parseOptions(io, 'cfkdtnqv123456789', ['decompress=d', 'stdout=c', 'keep=k', 'force=f', 'test=t']);
      if (!options) return 1;
      const unpack = as !== 'gzip' || options.has('d') || options.has('t');
      const level = Number(Object.keys(options.given).find((letter) => /^[1-9]$/.test(letter)) ?? 6);
      const names = options.rest.filter((name) => name !== '-');
      if (names.length === 0) return { own: { unpack, level, text: '', tooMuch: false }, files: [] };
      const flags = { keep: options.has('k'), force: options.has('f'), stdout: options.has('c') || as === 'zcat', test: options.has('t'), level };
      return names.map((name) => convert(io, name, unpack, flags)).some((code) => code !== 0) ? 1 : 0;
    },
    data(_io, own, data) {
      own.text += data;
      own.tooMuch = own.text.length > MAX_PACKED;
      return own.tooMuch;
    },
    end(io, own, code) {
      if (own.tooMuch) return complain(io, 'File too large');
      try {
        io.out += own.unpack ? gunzip(own.text) : gzip(own.text, own.level);
      } catch {
        return complain(io, own.text === '' ? 'unexpected end of file' : own.text.startsWith('\x1f\x8b') ? 'crc error' : 'invalid magic');
      }
      return code;
    },
  });
