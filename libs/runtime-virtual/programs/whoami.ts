/** id, whoami, groups, uname, hostname, tty, pwd, nproc, printenv, which. */
import { DEFAULT_PATH, which as find } from '../files/executable.js';
import { access } from '../files/stat.js';
import { absolute } from '../files/walk.js';
import type { Process } from '../kernel/state.js';
import { complain, parseOptions, usage } from './options.js';
import type { Run } from './simple.js';
import { groupName, userId, userName } from './users.js';

const allGroups = ({ gid, groups }: Process): number[] => [...new Set([gid, ...groups])].sort((a, b) => a - b);

export const id: Run = (io) => {
  const options = parseOptions(io, 'ugGnr');
  if (!options) return 1;
  const { k, p } = io;
  const [name] = options.rest;
  const uid = name === undefined ? p.uid : userId(k, p, name);
  if (uid === undefined) return complain(io, `unknown user ${name}`);
  const gid = name === undefined ? p.gid : uid;
  const shown = (number: number, text: string | undefined) => (options.has('n') ? (text ?? String(number)) : String(number));
  if (options.has('u')) io.out += `${shown(uid, userName(k, p, uid))}\n`;
  else if (options.has('g')) io.out += `${shown(gid, groupName(k, p, gid))}\n`;
  else if (options.has('G')) io.out += `${(name === undefined ? allGroups(p) : [gid]).map((one) => shown(one, groupName(k, p, one))).join(' ')}\n`;
  else {
    const named = (number: number, text: string | undefined) => `${number}${text === undefined ? '' : `(${text})`}`;
    io.out += `uid=${named(uid, userName(k, p, uid))} gid=${named(gid, groupName(k, p, gid))}`;
    const all = name === undefined ? allGroups(p) : [gid];
    io.out += `${uid === 0 || all.length > 1 ? ` groups=${all.map((one) => named(one, groupName(k, p, one))).join(',')}` : ''}\n`;
  }
  return 0;
};

export const whoami: Run = (io) => {
  const name = userName(io.k, io.p, io.p.uid);
  if (name === undefined) return complain(io, `unknown uid ${io.p.uid}`);
  io.out += `${name}\n`;
  return 0;
};

export const groups: Run = (io) => {
  io.out += `${allGroups(io.p).map((gid) => groupName(io.k, io.p, gid) ?? gid).join(' ')}\n`;
  return 0;
};

export const uname: Run = (io) => {
  const options = parseOptions(io, 'amnrspvio');
  if (!options) return 1;
  const parts: [string, string][] = [['s', 'Linux'], ['n', io.k.box.init.hostname], ['r', '6.1.0-podbox'], ['v', '#1 SMP'], ['m', 'x86_64'], ['o', 'GNU/Linux']];
  const none = Object.keys(options.given).length === 0;
  const shown = parts.filter(([letter]) => options.has('a') || options.has(letter) || (none && letter === 's')).map(([, text]) => text);
  io.out += `${(shown.length > 0 ? shown : ['unknown']).join(' ')}\n`;
  return 0;
};

export const hostname: Run = (io) => {
  const options = parseOptions(io, 'isfdF:');
  if (!options) return 1;
  const { hostname: name, domain, ip } = io.k.box.init;
  if (options.rest.length > 0) return complain(io, 'sethostname: Operation not permitted');
  if (options.has('i')) io.out += `${ip}\n`;
  else if (options.has('s')) io.out += `${name.split('.')[0]}\n`;
  else if (options.has('d')) io.out += `${domain ?? name.split('.').slice(1).join('.')}\n`;
  else if (options.has('f') && domain) io.out += `${name}.${domain}\n`;
  else io.out += `${name}\n`;
  return 0;
};

export const tty: Run = (io) => {
  const terminal = io.p.tty > 0 && io.p.files[0] === io.p.tty;
  if (!io.argv.includes('-s')) io.out += terminal ? '/dev/pts/0\n' : 'not a tty\n';
  return terminal ? 0 : 1;
};

export const pwd: Run = (io) => {
  io.out += `${absolute('/', io.p.cwd)}\n`;
  return 0;
};

export const nproc: Run = (io) => {
  io.out += `${io.k.core.node.cpus}\n`;
  return 0;
};

export const printenv: Run = (io) => {
  const names = io.argv.slice(1);
  const { env } = io.p;
  if (names.length === 0) for (const name of Object.keys(env)) io.out += `${name}=${env[name]}\n`;
  let code = 0;
  for (const name of names) {
    if (typeof env[name] === 'string') io.out += `${env[name]}\n`;
    else code = 1;
  }
  return code;
};

export const which: Run = (io) => {
  const names = io.argv.slice(1).filter((name) => name !== '-a');
  if (names.length === 0) return usage(io, 'which [-a] COMMAND...');
  let code = 0;
  for (const name of names) {
    const path = find(io.k, io.p, name, io.p.env['PATH'] ?? DEFAULT_PATH);
    if (typeof path === 'string' && access(io.k, io.p, path, 1) === 0) io.out += `${path}\n`;
    else code = 1;
  }
  return code;
};
