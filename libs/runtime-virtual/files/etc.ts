/** /etc/hosts, /etc/resolv.conf and /etc/hostname: one small filesystem a sandbox, made when it is first looked at, shared by its containers. */
import type { Kernel } from '../kernel/kernel.js';
import { clockTime } from '../kernel/kernel.js';
import { newFilesystem } from './inodes.js';
import type { Filesystem } from './inodes.js';

const FILES = ['/etc/hosts', '/etc/resolv.conf', '/etc/hostname'];

/** The inode number of a generated file of /etc; 0: it is not one. */
export function etcInode(path: string): number {
  const index = path.startsWith('/etc/') ? FILES.indexOf(path) : -1;
  return index < 0 ? 0 : index + 2;
}

export function etcId(k: Kernel): string {
  return `etc:${k.box.init.id}`;
}

export function etcFilesystem(k: Kernel): Filesystem {
  const id = etcId(k);
  const there = k.pod.filesystems[id];
  if (there) return there;
  const mtime = clockTime(k.box.clock, k.core.realNow);
  const fs = newFilesystem(id, 0, mtime);
  [hosts(k), resolvConf(k), `${k.box.init.hostname}\n`].forEach((content, i) => {
    fs.inodes[i + 2] = { type: 'file', mode: 0o644, uid: 0, gid: 0, mtime, links: 1, chunks: [content], size: content.length };
    fs.bytes += content.length;
  });
  fs.lastInode = FILES.length + 1;
  return (k.pod.filesystems[id] = fs);
}

function hosts(k: Kernel): string {
  const { hostname, domain, ip, hostAliases } = k.box.init;
  const lines = [
    '# Kubernetes-managed hosts file.',
    '127.0.0.1\tlocalhost',
    '::1\tlocalhost ip6-localhost ip6-loopback',
    'fe00::\tip6-localnet',
    'fe00::\tip6-mcastprefix',
    'fe00::1\tip6-allnodes',
    'fe00::2\tip6-allrouters',
  ];
  const short = domain && hostname.endsWith(`.${domain}`) ? hostname.slice(0, -domain.length - 1) : hostname;
  if (ip !== '') lines.push(domain ? `${ip}\t${short}.${domain}\t${short}` : `${ip}\t${hostname}`);
  if (hostAliases.length > 0) lines.push('', '# Entries added by HostAliases.', ...hostAliases.map((alias) => [alias.ip, ...alias.hostnames].join('\t')));
  return `${lines.join('\n')}\n`;
}

function resolvConf(k: Kernel): string {
  const { servers, searches, options } = k.box.init.dns;
  const lines = searches.length > 0 ? [`search ${searches.join(' ')}`] : [];
  lines.push(...servers.map((server) => `nameserver ${server}`));
  if (options.length > 0) lines.push(`options ${options.join(' ')}`);
  return `${lines.join('\n')}\n`;
}
