/** ip, ifconfig, route, arp: the sandbox's network to be looked at. Changing it is not permitted, as in an ordinary container. */
import { broadcastOf, gateway, interfaces, macOf, maskOf, routes } from '../net/interfaces.js';
import type { Interface } from '../net/interfaces.js';
import { complain, usage } from './options.js';
import type { Io, Run } from './simple.js';

const IP_USAGE = 'ip [OPTIONS] address|route|link|tunnel|neigh|rule [ARGS]';

export const ip: Run = (io) => {
  const words = io.argv.slice(1);
  let family = '';
  let oneLine = false;
  let brief = false;
  while (/^-/.test(words[0] ?? '')) {
    const option = words.shift()!.replace(/^--?/, '');
    if (option === '4' || option === '6') family = option;
    else if ('oneline'.startsWith(option)) oneLine = true;
    else if ('brief'.startsWith(option)) brief = true;
    else if ('family'.startsWith(option)) family = words.shift() === 'inet6' ? '6' : '4';
    else if (option !== 'c' && option !== 'color' && option !== 's' && option !== 'n') return usage(io, IP_USAGE);
  }
  const [object = '', ...rest] = words;
  const what = ['address', 'route', 'link', 'neighbor', 'neighbour', 'rule'].find((name) => object !== '' && name.startsWith(object));
  if (what === undefined) return usage(io, IP_USAGE);
  const verb = rest[0] ?? 'show';
  if (!['show', 'list', 'lst', 'ls', 'get'].some((name) => name.startsWith(verb)) && verb !== 'dev') {
    if (!['add', 'del', 'delete', 'set', 'change', 'append', 'replace', 'flush'].includes(verb)) return usage(io, IP_USAGE);
    complain(io, 'RTNETLINK answers: Operation not permitted');
    return 2;
  }
  const args = verb === 'dev' ? rest : rest.slice(1);
  const at = args.indexOf('dev');
  const device = at >= 0 ? args[at + 1] : what === 'address' || what === 'link' ? args[0] : undefined;
  const shown = interfaces(io.k).filter(({ name }) => device === undefined || name === device);
  if (shown.length === 0) return complain(io, `can't find device '${device}'`);
  if (what === 'route') return family === '6' ? 0 : showRoutes(io, verb === 'get' ? args[0] : undefined);
  if (what === 'rule') io.out += '0:\tfrom all lookup local\n32766:\tfrom all lookup main\n32767:\tfrom all lookup default\n';
  else if (what.startsWith('neigh')) io.out += `${gateway(io.k)} dev eth0 lladdr ${macOf(gateway(io.k))} ref 1 used 0/0/0 probes 1 REACHABLE\n`;
  else for (const one of shown) showInterface(io, one, what === 'address', family, oneLine, brief);
  return 0;
};

function showInterface(io: Io, { index, name, ip: address, prefix, mac, mtu, loopback }: Interface, addresses: boolean, family: string, oneLine: boolean, brief: boolean): void {
  if (brief) {
    io.out += `${name.padEnd(16)} ${(loopback ? 'UNKNOWN' : 'UP').padEnd(14)} ${addresses ? `${address}/${prefix}` : `${mac} <${loopback ? 'LOOPBACK' : 'BROADCAST,MULTICAST'},UP,LOWER_UP>`} \n`;
    return;
  }
  const title = loopback ? `${index}: lo: <LOOPBACK,UP,LOWER_UP> mtu ${mtu} qdisc noqueue qlen 1000` : `${index}: ${name}@if${index + 1}: <BROADCAST,MULTICAST,UP,LOWER_UP,M-DOWN> mtu ${mtu} qdisc noqueue `;
  const link = `link/${loopback ? 'loopback' : 'ether'} ${mac} brd ${loopback ? '00:00:00:00:00:00' : 'ff:ff:ff:ff:ff:ff'}`;
  const inet = `inet ${address}/${prefix}${loopback ? '' : ` brd ${broadcastOf(address, prefix)}`} scope ${loopback ? 'host' : 'global'} ${name}`;
  if (oneLine && addresses) {
    if (family !== '6') io.out += `${index}: ${name}    ${inet}\\       valid_lft forever preferred_lft forever\n`;
    return;
  }
  if (addresses && family === '6') return;
  io.out += `${title}\n`;
  if (family === '' || !addresses) io.out += `    ${link}\n`;
  if (addresses) io.out += `    ${inet}\n       valid_lft forever preferred_lft forever\n`;
}

function showRoutes(io: Io, target: string | undefined): number {
  const own = io.k.box.init.ip;
  if (target !== undefined) {
    const local = target.startsWith('127.') || target === own;
    const near = routes(io.k).some((route) => route.gateway === '' && sameNetwork(route.target, target, route.prefix));
    io.out += local ? `local ${target} dev lo  src ${target} \n` : `${target} ${near ? '' : `via ${gateway(io.k)} `}dev eth0  src ${own} \n`;
    return 0;
  }
  for (const route of routes(io.k)) io.out += route.gateway ? `default via ${route.gateway} dev ${route.device} \n` : `${route.target}/${route.prefix} dev ${route.device} scope link  src ${own} \n`;
  return 0;
}

const sameNetwork = (network: string, address: string, prefix: number) => broadcastOf(network, prefix) === broadcastOf(address, prefix);

export const ifconfig: Run = (io) => {
  const words = io.argv.slice(1).filter((word) => word !== '-a');
  const [device, ...changes] = words;
  const shown = interfaces(io.k).filter(({ name }) => device === undefined || name === device).sort((a, b) => (a.name < b.name ? -1 : 1));
  if (shown.length === 0) return complain(io, `${device}: error fetching interface information: Device not found`);
  if (changes.length > 0) return complain(io, `${['up', 'down'].includes(changes[0]!) ? 'SIOCSIFFLAGS' : 'SIOCSIFADDR'}: Operation not permitted`);
  for (const { name, ip: address, prefix, mac, mtu, loopback } of shown) {
    io.out += `${name.padEnd(10)}Link encap:${loopback ? 'Local Loopback  ' : `Ethernet  HWaddr ${mac.toUpperCase()}  `}\n`;
    io.out += `          inet addr:${address}${loopback ? '' : `  Bcast:${broadcastOf(address, prefix)}`}  Mask:${maskOf(prefix)}\n`;
    io.out += `          UP ${loopback ? 'LOOPBACK RUNNING' : 'BROADCAST RUNNING MULTICAST'}  MTU:${mtu}  Metric:1\n`;
    io.out += '          RX packets:0 errors:0 dropped:0 overruns:0 frame:0\n          TX packets:0 errors:0 dropped:0 overruns:0 carrier:0\n';
    io.out += '          collisions:0 txqueuelen:1000 \n          RX bytes:0 (0.0 B)  TX bytes:0 (0.0 B)\n\n';
  }
  return 0;
};

/** Also what netstat -r shows. */
export function routeTable(io: Io, numeric: boolean): void {
  io.out += 'Kernel IP routing table\nDestination     Gateway         Genmask         Flags Metric Ref    Use Iface\n';
  for (const { target, prefix, gateway: via, device } of routes(io.k)) {
    const to = prefix === 0 && !numeric ? 'default' : target;
    io.out += `${to.padEnd(15)} ${(via || (numeric ? '0.0.0.0' : '*')).padEnd(15)} ${(prefix === 0 ? '0.0.0.0' : maskOf(prefix)).padEnd(15)} ${(via ? 'UG' : 'U').padEnd(5)} 0      0        0 ${device}\n`;
  }
}

export const route: Run = (io) => {
  const [verb] = io.argv.slice(1).filter((word) => !word.startsWith('-'));
  if (verb === 'add' || verb === 'del') return complain(io, `SIOC${verb === 'add' ? 'ADD' : 'DEL'}RT: Operation not permitted`);
  routeTable(io, io.argv.some((word) => /^-[a-z]*n/.test(word)));
  return 0;
};

export const arp: Run = (io) => {
  if (io.argv.includes('-s') || io.argv.includes('-d')) return complain(io, 'SIOCSARP: Operation not permitted');
  io.out += `? (${gateway(io.k)}) at ${macOf(gateway(io.k))} [ether]  on eth0\n`;
  return 0;
};
