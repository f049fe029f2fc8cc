import { stat } from '../files/stat.js';
import { errorMessage } from '../kernel/errors.js';
import { now } from '../kernel/kernel.js';
import { complain, parseOptions } from './options.js';
import type { Run } from './simple.js';
import { formatTime, parseTime } from './times.js';

const ISO: Record<string, string> = { '': '%Y-%m-%d', date: '%Y-%m-%d', hours: '%Y-%m-%dT%H+0000', minutes: '%Y-%m-%dT%H:%M+0000', seconds: '%Y-%m-%dT%H:%M:%S+0000' };

export const date: Run = (io) => {
  // -I takes a value only when it is attached.
  const iso = io.argv.find((arg) => /^-I|^--iso-8601/.test(arg));
  const options = parseOptions({ ...io, argv: io.argv.filter((arg) => arg !== iso) }, 'ud:D:r:Rs:', ['date=d:', 'utc=u', 'rfc-2822=R']);
  if (!options) return 1;
  let time: number | undefined = now(io.k);
  const given = options.value('d');
  if (given !== undefined) time = parseTime(given, time);
  const reference = options.value('r');
  if (reference !== undefined) {
    const found = stat(io.k, io.p, reference);
    if (typeof found === 'number') return complain(io, `${reference}: ${errorMessage(found)}`);
    time = found.mtime;
  }
  const [format] = options.rest;
  if (time === undefined || (format !== undefined && !format.startsWith('+'))) return complain(io, `invalid date '${given ?? format}'`);
  const chosen = format?.slice(1) ?? (iso !== undefined ? (ISO[iso.replace(/^-I|^--iso-8601=?/, '')] ?? ISO['']!) : options.has('R') ? '%a, %d %b %Y %H:%M:%S +0000' : '%a %b %e %H:%M:%S UTC %Y');
  io.out += `${formatTime(time, chosen)}\n`;
  return 0;
};
