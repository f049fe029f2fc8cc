/** df, du, mount, umount: what is mounted, and how full it is. */
import { procText } from '../files/proc.js';
import { list, stat } from '../files/stat.js';
import { absolute } from '../files/walk.js';
import { errorMessage } from '../kernel/errors.js';
import { diskFigures } from '../kernel/node-figures.js';
import { complain, parseOptions } from './options.js';
import { humanSize } from './sizes.js';
import type { Io, Run } from './simple.js';

interface Row {
  device: string;
  point: string;
  type: string;
  options: string;
  /** In KB. */
  size: number;
  used: number;
}

function rows(io: Io): Row[] {
  const text = procText(io.k, io.p, '/proc/mounts') ?? '';
  const { mounts } = io.k.box.containers[io.p.container]!;
  // What nobody limits is on the node's one disk.
  const disk = diskFigures(io.k);
  return text.trimEnd().split('\n').map((line) => {
    const [device = '', point = '', type = '', options = ''] = line.split(' ');
    const volume = mounts.find((mount) => mount.path === point);
    const fs = volume && io.k.pod.filesystems[volume.fs];
    const used = fs ? Math.ceil(fs.bytes / 1024) : 0;
    const limit = Number(/size=(\d+)k/.exec(options)?.[1] ?? 0);
    const real = type === 'tmpfs' || type === 'ext4' || type === 'overlay';
    if (limit > 0) return { device, point, type, options, size: limit, used };
    return { device, point, type, options, size: real ? disk.size : 0, used: !real ? 0 : type === 'tmpfs' ? used : disk.used };
  });
}

export const df: Run = (io) => {
  const options = parseOptions(io, 'hkmPTait:B:', ['human-readable=h', 'print-type=T', 'portability=P']);
  if (!options) return 1;
  const human = options.has('h');
  const divisor = options.has('m') ? 1024 : 1;
  const size = (kb: number) => (human ? humanSize(kb * 1024) : String(Math.ceil(kb / divisor)));
  const title = human ? '     Size' : options.has('m') ? '1M-blocks' : options.has('P') ? '1024-blocks' : '1K-blocks';
  io.out += `Filesystem           ${options.has('T') ? 'Type       ' : ''}${title.padEnd(15)}Used Available ${options.has('P') ? 'Capacity' : 'Use%'} Mounted on\n`;
  let all = rows(io).filter((row) => row.size > 0 || options.has('a'));
  let code = 0;
  if (options.rest.length > 0) {
    all = options.rest.flatMap((path) => {
      const found = stat(io.k, io.p, path);
      if (typeof found === 'number') {
        code = complain(io, `${path}: can't find mount point: ${errorMessage(found)}`);
        return [];
      }
      const at = absolute(io.p.cwd, path);
      return all.filter((row) => row.point === '/' || at === row.point || at.startsWith(`${row.point}/`)).sort((a, b) => b.point.length - a.point.length).slice(0, 1);
    });
  }
  for (const row of all) {
    const percent = row.size === 0 ? 0 : Math.ceil((row.used / row.size) * 100);
    const kind = options.has('T') ? ` ${row.type.padEnd(10)}` : '';
    const free = Math.max(0, row.size - row.used);
    io.out += `${row.device.padEnd(20)}${kind} ${size(row.size).padStart(9)} ${size(row.used).padStart(9)} ${size(free).padStart(9)} ${String(percent).padStart(3)}% ${row.point}\n`;
  }
  return code;
};

export const du: Run = (io) => {
  const options = parseOptions(io, 'ashkmcxd:HLlb', ['summarize=s', 'human-readable=h', 'max-depth=d:']);
  if (!options) return 1;
  const depth = options.has('s') ? 0 : Number(options.value('d') ?? Infinity);
  const shown = (kb: number) => (options.has('h') ? humanSize(kb * 1024) : String(options.has('m') ? Math.ceil(kb / 1024) : kb));
  let code = 0;
  /** KB below a path: whole blocks of four. */
  const measure = (path: string, level: number): number => {
    const found = stat(io.k, io.p, path, false);
    if (typeof found === 'number') {
      code = complain(io, `${path}: ${errorMessage(found)}`);
      return 0;
    }
    let kb = found.type === 'dir' ? 4 : found.type === 'link' ? 0 : Math.ceil(found.size / 4096) * 4;
    if (found.type === 'dir') {
      const names = list(io.k, io.p, path);
      if (typeof names !== 'number') for (const name of names) kb += measure(`${path.replace(/(.)\/$/, '$1') === '/' ? '' : path.replace(/\/$/, '')}/${name}`, level + 1);
    }
    if (level <= depth && (level === 0 || found.type === 'dir' || options.has('a'))) io.out += `${shown(kb)}\t${path}\n`;
    return kb;
  };
  let total = 0;
  for (const path of options.rest.length > 0 ? options.rest : ['.']) total += measure(path, 0);
  if (options.has('c')) io.out += `${shown(total)}\ttotal\n`;
  return code;
};

export const mount: Run = (io) => {
  const options = parseOptions(io, 'aflnrwvit:o:O:');
  if (!options) return 1;
  if (options.rest.length > 0) return complain(io, 'permission denied (are you root?)');
  const wanted = options.value('t');
  for (const row of rows(io)) if (wanted === undefined || row.type === wanted) io.out += `${row.device} on ${row.point} type ${row.type} (${row.options})\n`;
  return 0;
};

export const umount: Run = (io) => {
  const options = parseOptions(io, 'aflnrdt:i');
  if (!options) return 1;
  for (const path of options.rest) complain(io, `can't unmount ${path}: ${rows(io).some((row) => row.point === absolute(io.p.cwd, path)) ? 'Operation not permitted' : 'Invalid argument'}`);
  return options.rest.length > 0 ? 1 : 0;
};
