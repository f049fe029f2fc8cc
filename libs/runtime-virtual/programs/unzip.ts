/** unzip: archives of stored and deflated files. The end of the archive names all of them. */
import { inflateRawSync } from 'node:zlib';
import { stat } from '../files/stat.js';
import { errorMessage } from '../kernel/errors.js';
import { mkdir } from './folders.js';
import { MAX_PACKED } from './gzip.js';
import { withInput } from './input.js';
import { folder, lastName } from './names.js';
import { complain, parseOptions, usage } from './options.js';
import { matches } from '../shell/pattern.js';
import { writeFile } from './write-file.js';

interface Member {
  name: string;
  method: number;
  packed: number;
  size: number;
  /** Where its own header stands. */
  at: number;
  /** DOS date and time. */
  date: number;
  time: number;
  mode: number;
}

const END = 0x06054b50;
const ENTRY = 0x02014b50;

/** @throws Error: it is none. */
function members(bytes: Buffer): Member[] {
  let end = bytes.length - 22;
  while (end >= 0 && bytes.readUInt32LE(end) !== END) end--;
  if (end < 0) throw new Error('no end of the archive');
  const found: Member[] = [];
  let at = bytes.readUInt32LE(end + 16);
  for (let left = bytes.readUInt16LE(end + 10); left > 0; left--) {
    if (bytes.readUInt32LE(at) !== ENTRY) throw new Error('no entry');
    const length = bytes.readUInt16LE(at + 28);
    found.push({
      name: bytes.toString('latin1', at + 46, at + 46 + length), method: bytes.readUInt16LE(at + 10), packed: bytes.readUInt32LE(at + 20), size: bytes.readUInt32LE(at + 24),
      at: bytes.readUInt32LE(at + 42), time: bytes.readUInt16LE(at + 12), date: bytes.readUInt16LE(at + 14), mode: bytes.readUInt32LE(at + 38) >>> 16,
    });
    at += 46 + length + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
  }
  return found;
}

/** @throws Error */
function contentOf(bytes: Buffer, { at, method, packed, name }: Member): string {
  const start = at + 30 + bytes.readUInt16LE(at + 26) + bytes.readUInt16LE(at + 28);
  const data = bytes.subarray(start, start + packed);
  if (method === 0) return data.toString('latin1');
  if (method !== 8) throw new Error(`unsupported method ${method} of ${name}`);
  return inflateRawSync(data, { maxOutputLength: 2 * MAX_PACKED }).toString('latin1');
}

const two = (value: number) => String(value).padStart(2, '0');
const when = ({ date, time }: Member) => `${two((date >> 5) & 15)}-${two(date & 31)}-${(date >> 9) + 1980} ${two(time >> 11)}:${two((time >> 5) & 63)}`;

export const unzip = withInput((io, content) => {
  const options = parseOptions(io, 'lnojpqtx:d:');
  let [file] = options?.rest ?? [];
  if (!options || file === undefined) return usage(io, 'unzip [-lnojpq] FILE[.zip] [FILE]... [-x FILE]... [-d DIR]');
  if (file !== '-' && typeof stat(io.k, io.p, file) === 'number') file = `${file}.zip`;
  const text = content(file);
  if (typeof text === 'number') return complain(io, `can't open ${options.rest[0]}, ${options.rest[0]}.zip, ${options.rest[0]}.ZIP: ${errorMessage(text)}`);
  if (text.length > MAX_PACKED) return complain(io, `${file}: File too large`);
  const bytes = Buffer.from(text, 'latin1');
  const wanted = (name: string) => (options.rest.length === 1 || options.rest.slice(1).some((pattern) => matches(pattern, name))) && !(options.all['x'] ?? []).some((pattern) => matches(pattern, name));
  const quiet = options.has('q') || options.has('p');
  const target = options.value('d') ?? '.';
  if (!quiet) io.out += `Archive:  ${file}\n`;
  if (options.has('l')) io.out += '  Length      Date    Time    Name\n---------  ---------- -----   ----\n';
  let total = 0;
  let count = 0;
  try {
    for (const member of members(bytes).filter(({ name }) => wanted(name))) {
      count++;
      total += member.size;
      const { name } = member;
      if (options.has('l')) {
        io.out += `${String(member.size).padStart(9)}  ${when(member)}   ${name}\n`;
        continue;
      }
      if (options.has('p') || options.has('t')) {
        const data = name.endsWith('/') ? '' : contentOf(bytes, member);
        if (options.has('p')) io.out += data;
        else io.out += `  testing: ${name}\n`;
        continue;
      }
      // Whoever packed it may not reach beyond the target.
      const safe = (options.has('j') ? lastName(name) : name.replace(/^\/+/, '')).split('/').filter((part) => part !== '..').join('/');
      const path = options.has('d') ? `${target}/${safe}` : safe;
      if (name.endsWith('/')) {
        if (options.has('j')) continue;
        if (!quiet) io.out += `   creating: ${path}\n`;
        mkdir({ ...io, argv: ['mkdir', '-p', path] });
        continue;
      }
      if (typeof stat(io.k, io.p, path) !== 'number' && !options.has('o')) {
        if (options.has('n')) continue;
        return complain(io, `${path}: File exists (give -o to overwrite it, -n to leave it)`);
      }
      mkdir({ ...io, argv: ['mkdir', '-p', folder(path)] });
      if (!quiet) io.out += `  inflating: ${path}\n`;
      const error = writeFile(io.k, io.p, path, contentOf(bytes, member), member.mode & 0o777 || 0o666);
      if (error < 0) return complain(io, `can't open '${path}': ${errorMessage(error)}`);
    }
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return complain(io, error instanceof RangeError || error.message.startsWith('no ') ? 'invalid zip magic' : error.message);
  }
  if (options.has('l')) io.out += `---------                     -------\n${String(total).padStart(9)}                     ${count} files\n`;
  return 0;
});
