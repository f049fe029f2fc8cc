/** Names of users and groups, from the container's /etc/passwd and /etc/group. */
import { readWhole } from '../files/stat.js';
import type { Kernel } from '../kernel/kernel.js';
import type { Process } from '../kernel/state.js';

function rows(k: Kernel, p: Process, path: string): string[][] {
  const text = readWhole(k, p, path);
  return typeof text === 'number' ? [] : text.split('\n').map((line) => line.split(':'));
}

export function userName(k: Kernel, p: Process, uid: number): string | undefined {
  return rows(k, p, '/etc/passwd').find((row) => row[2] === String(uid))?.[0] ?? (uid === 0 ? 'root' : undefined);
}

export function groupName(k: Kernel, p: Process, gid: number): string | undefined {
  return rows(k, p, '/etc/group').find((row) => row[2] === String(gid))?.[0] ?? (gid === 0 ? 'root' : undefined);
}

/** The number of a user given by name or number. */
export function userId(k: Kernel, p: Process, name: string): number | undefined {
  if (/^\d+$/.test(name)) return Number(name);
  const found = rows(k, p, '/etc/passwd').find((row) => row[0] === name)?.[2];
  return found === undefined ? (name === 'root' ? 0 : undefined) : Number(found);
}

export function groupId(k: Kernel, p: Process, name: string): number | undefined {
  if (/^\d+$/.test(name)) return Number(name);
  const found = rows(k, p, '/etc/group').find((row) => row[0] === name)?.[2];
  return found === undefined ? (name === 'root' ? 0 : undefined) : Number(found);
}
