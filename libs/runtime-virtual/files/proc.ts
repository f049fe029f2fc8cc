/** /proc: the processes of the reader's PID namespace, and a few facts about the machine. */
import type { Kernel } from '../kernel/kernel.js';
import { now } from '../kernel/kernel.js';
import { loadText, memoryFigures, uptimeSeconds } from '../kernel/node-figures.js';
import { IDLE } from '../kernel/state.js';
import type { Process } from '../kernel/state.js';
import { procArp, procDev, procRoute } from '../net/interfaces.js';
import { procTable, tcpTable } from '../net/table.js';

const PID_FILES = ['cmdline', 'comm', 'cwd', 'environ', 'exe', 'fd', 'net', 'root', 'stat', 'status'];
const NET_FILES = ['arp', 'dev', 'route', 'tcp', 'tcp6', 'udp', 'udp6'];
const FILES = ['cpuinfo', 'loadavg', 'meminfo', 'mounts', 'net', 'self', 'stat', 'uptime', 'version'];

/** Processes that `p` can see, by pid. */
export function visible(k: Kernel, p: Process): Process[] {
  return Object.values(k.box.processes).filter((other) => other.namespace === p.namespace);
}

/** The process whose directory `path` is, or lies below, and what of the path is left. */
export function processAt(k: Kernel, p: Process, path: string): { process: Process; rest: string } | undefined {
  const found = /^\/proc\/(self|\d+)(?:\/(.*))?$/.exec(path);
  if (!found) return undefined;
  const process = found[1] === 'self' ? p : visible(k, p).find((other) => other.pid === Number(found[1]));
  return process && { process, rest: found[2] ?? '' };
}

/** Names below a directory of /proc; undefined: it is not a directory. */
export function listProc(k: Kernel, p: Process, path: string): string[] | undefined {
  if (path === '/proc') return [...visible(k, p).map((other) => String(other.pid)), ...FILES];
  if (path === '/proc/net' || /^\/proc\/(self|\d+)\/net$/.test(path)) return NET_FILES;
  const at = processAt(k, p, path);
  if (at?.rest === '') return PID_FILES;
  if (at?.rest === 'fd') return at.process.files.flatMap((id, fd) => (id > 0 ? [String(fd)] : []));
  return undefined;
}

/** Whether a process may open what another has open, and look at its files. Source: proc(5), ptrace access mode. */
export function mayLookInto(p: Process, other: Process): boolean {
  return p.uid === 0 || p.uid === other.uid;
}

/** Where a link of a process's directory leads; undefined: it is none. */
export function procLink(k: Kernel, p: Process, path: string): string | undefined {
  const at = processAt(k, p, path);
  switch (at?.rest) {
    case 'cwd':
      return at.process.cwd;
    case 'root':
      return '/';
    case 'exe':
      return at.process.program.startsWith('/') ? at.process.program : `/bin/${at.process.program}`;
    default:
      return undefined;
  }
}

/** The letter that ps shows. */
export function processState(p: Process): string {
  return p.zombie ? 'Z' : p.stopped !== 0 ? 'T' : p.run === IDLE ? 'S' : 'R';
}

/** The name in brackets of ps: the command's base name, at most 15 characters. */
export function commandName(p: Process): string {
  return (p.argv[0] ?? p.program).split('/').pop()!.slice(0, 15);
}

export function parentPid(k: Kernel, p: Process): number {
  const parent = k.box.processes[p.parent];
  return parent && parent.namespace === p.namespace ? parent.pid : 0;
}

export function procText(k: Kernel, p: Process, path: string): string | undefined {
  const at = processAt(k, p, path);
  // Every process of the sandbox is in its network.
  if (at?.rest.startsWith('net/')) return procText(k, p, `/proc/${at.rest}`);
  if (at) return processText(k, at.process, at.rest);
  switch (path) {
    case '/proc/uptime':
      return `${uptimeSeconds(k).toFixed(2)} ${(uptimeSeconds(k) * k.core.node.cpus).toFixed(2)}\n`;
    case '/proc/loadavg':
      return `${loadText(k, ' ')} ${k.box.ready.length + 1}/${k.box.living} ${k.box.namespaces[p.namespace]!.lastPid}\n`;
    case '/proc/meminfo':
      return meminfo(k);
    case '/proc/cpuinfo':
      return Array.from({ length: k.core.node.cpus }, (_, i) => `processor\t: ${i}\nvendor_id\t: Podbox\nmodel name\t: virtual\n\n`).join('');
    case '/proc/version':
      return 'Linux version 6.1.0 (podbox) #1 SMP\n';
    case '/proc/stat':
      return processorTimes(k);
    case '/proc/mounts':
      return mounts(k, p);
    case '/proc/net/dev':
      return procDev(k);
    case '/proc/net/route':
      return procRoute(k);
    case '/proc/net/arp':
      return procArp(k);
    case '/proc/net/tcp':
      return procTable(k, tcpTable(k, 0));
    case '/proc/net/udp':
      return procTable(k, []);
    case '/proc/net/tcp6':
    case '/proc/net/udp6':
      return `${procTable(k, []).trimEnd().replace('local_address rem_address  ', 'local_address                         remote_address                       ')}\n`;
    default:
      return undefined;
  }
}

function meminfo(k: Kernel): string {
  const { total, free, shared, cached } = memoryFigures(k);
  const rows = { MemTotal: total, MemFree: free, MemAvailable: free + cached, Buffers: 0, Cached: cached, SwapCached: 0, SwapTotal: 0, SwapFree: 0, Shmem: shared };
  return Object.entries(rows).map(([name, kb]) => `${`${name}:`.padEnd(16)}${String(kb).padStart(8)} kB\n`).join('');
}

/** A step counts for a microsecond; the unit is a hundredth of a second. */
function processorTimes(k: Kernel): string {
  let steps = 0;
  for (const p of Object.values(k.box.processes)) steps += p.steps;
  const user = Math.floor(steps / 10_000);
  const idle = Math.max(0, Math.floor(uptimeSeconds(k) * 100 * k.core.node.cpus) - user);
  return `cpu  ${user} 0 0 ${idle} 0 0 0 0 0 0\ncpu0 ${user} 0 0 ${idle} 0 0 0 0 0 0\nbtime ${Math.floor(now(k) / 1000 - uptimeSeconds(k))}\nprocesses ${k.box.namespaces[0]?.lastPid ?? 0}\nprocs_running ${k.box.ready.length + 1}\nprocs_blocked 0\n`;
}

function mounts(k: Kernel, p: Process): string {
  const container = k.box.containers[p.container]!;
  const rows = [
    `overlay / overlay ${container.init.readonlyRootfs ? 'ro' : 'rw'},relatime 0 0`,
    'proc /proc proc rw,nosuid,nodev,noexec,relatime 0 0', 'tmpfs /dev tmpfs rw,nosuid,size=65536k,mode=755 0 0', 'devpts /dev/pts devpts rw,nosuid,noexec,relatime 0 0',
    'sysfs /sys sysfs ro,nosuid,nodev,noexec,relatime 0 0', 'mqueue /dev/mqueue mqueue rw,nosuid,nodev,noexec,relatime 0 0',
  ];
  for (const mount of container.mounts) {
    const fs = k.pod.filesystems[mount.fs];
    const size = fs?.memory && fs.limit > 0 ? `,size=${Math.ceil(fs.limit / 1024)}k` : '';
    rows.push(`${fs?.memory ? 'tmpfs' : '/dev/vda1'} ${mount.path} ${fs?.memory ? 'tmpfs' : 'ext4'} ${mount.readonly ? 'ro' : 'rw'},relatime${size} 0 0`);
  }
  const generated = ['/etc/hosts', '/etc/hostname', '/etc/resolv.conf'].filter((path) => !container.mounts.some((mount) => mount.path === path));
  rows.push(...generated.map((path) => `/dev/vda1 ${path} ext4 rw,relatime 0 0`), 'shm /dev/shm tmpfs rw,nosuid,nodev,noexec,relatime,size=65536k 0 0');
  return `${rows.join('\n')}\n`;
}

function processText(k: Kernel, p: Process, name: string): string | undefined {
  const parent = parentPid(k, p);
  const letter = processState(p);
  switch (name) {
    case 'cmdline':
      return p.zombie ? '' : p.argv.map((arg) => `${arg}\0`).join('');
    case 'comm':
      return `${commandName(p)}\n`;
    case 'environ':
      return Object.entries(p.env).map(([key, value]) => `${key}=${value}\0`).join('');
    case 'stat':
      return `${p.pid} (${commandName(p)}) ${letter} ${parent} ${k.box.processes[p.group]?.pid ?? p.pid} 0 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 0 0 0\n`;
    case 'status': {
      const words: Record<string, string> = { R: 'running', S: 'sleeping', T: 'stopped', Z: 'zombie' };
      return [
        `Name:\t${commandName(p)}`, `State:\t${letter} (${words[letter]})`, `Tgid:\t${p.pid}`, `Pid:\t${p.pid}`, `PPid:\t${parent}`,
        `Uid:\t${p.uid}\t${p.uid}\t${p.uid}\t${p.uid}`, `Gid:\t${p.gid}\t${p.gid}\t${p.gid}\t${p.gid}`, 'VmSize:\t1300 kB', 'VmRSS:\t4 kB', 'Threads:\t1', '',
      ].join('\n');
    }
    case 'exe':
      return `\x7fELF ${p.program}\n`;
    default:
      return undefined;
  }
}
