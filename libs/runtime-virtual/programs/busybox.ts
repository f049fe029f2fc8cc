/** busybox COMMAND ..: the process goes on as that program. */
import { resolveCommand } from '../files/executable.js';
import { inodeOf } from '../files/inodes.js';
import { list } from '../files/stat.js';
import { walk } from '../files/walk.js';
import type { Kernel } from '../kernel/kernel.js';
import { become } from '../kernel/processes.js';
import { RAN } from '../kernel/program.js';
import type { Program } from '../kernel/program.js';
import type { Process } from '../kernel/state.js';
import { BANNER } from './options.js';
import { flush } from './simple.js';

interface BusyboxState {
  pending: [number, string][];
  code: number;
}

export const busybox: Program<BusyboxState> = {
  init: () => ({ pending: [], code: -1 }),
  step(k, p, s) {
    const left = flush(k, p, s.pending);
    if (left !== 0) return left;
    if (s.code >= 0) return s.code;
    const argv = p.argv.slice(1);
    if (argv[0] === '--list') {
      const names = ['/bin', '/sbin', '/usr/bin', '/usr/sbin'].flatMap((folder) => applets(k, p, folder));
      s.pending.push([1, [...new Set(names)].sort().map((name) => `${name}\n`).join('')]);
      s.code = 0;
      return RAN;
    }
    const found = argv.length === 0 ? undefined : resolveCommand(k, p, [argv[0]!.split('/').pop()!, ...argv.slice(1)], p.env);
    if (typeof found === 'object') {
      become(k, p, found.program, found.argv, p.env);
      return RAN;
    }
    s.pending.push(found === undefined ? [1, `${BANNER}Usage: busybox [function [arguments]...]\n`] : [2, `${argv[0]}: applet not found\n`]);
    s.code = found === undefined ? 0 : 127;
    return RAN;
  },
};

/** The programs in a folder that busybox has. */
function applets(k: Kernel, p: Process, folder: string): string[] {
  const names = list(k, p, folder);
  return (typeof names === 'number' ? [] : names).filter((name) => {
    const place = walk(k, p, `${folder}/${name}`);
    return typeof place !== 'number' && place.kind === 'inode' && inodeOf(place.m, place.inode)?.type === 'program';
  });
}
