/** The sandbox's network interfaces and routes, as one list: what ip, ifconfig, route, arp and /proc/net show. */
import type { Kernel } from '../kernel/kernel.js';

export interface Interface {
  index: number;
  name: string;
  ip: string;
  prefix: number;
  mac: string;
  mtu: number;
  loopback: boolean;
}

export interface Route {
  /** 0.0.0.0/0: the default. */
  target: string;
  prefix: number;
  /** '': the network itself. */
  gateway: string;
  device: string;
}

const numberOf = (ip: string) => ip.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
const textOf = (value: number) => [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');
export const maskOf = (prefix: number): string => textOf(2 ** 32 - 2 ** (32 - prefix));
export const networkOf = (ip: string, prefix: number): string => textOf(numberOf(ip) - (numberOf(ip) % 2 ** (32 - prefix)));
export const broadcastOf = (ip: string, prefix: number): string => textOf(numberOf(networkOf(ip, prefix)) + 2 ** (32 - prefix) - 1);
/** As CNI's bridge makes it of an address. */
export const macOf = (ip: string): string => ['0a', '58', ...ip.split('.').map((part) => Number(part).toString(16).padStart(2, '0'))].join(':');

export function interfaces(k: Kernel): Interface[] {
  const { ip, prefix } = k.box.init;
  return [
    { index: 1, name: 'lo', ip: '127.0.0.1', prefix: 8, mac: '00:00:00:00:00:00', mtu: 65_536, loopback: true },
    { index: 2, name: 'eth0', ip, prefix: prefix ?? 24, mac: macOf(ip), mtu: 1500, loopback: false },
  ];
}

/** The node: the first address of its pods' network. */
export function gateway(k: Kernel): string {
  const { ip, prefix } = k.box.init;
  return textOf(numberOf(networkOf(ip, prefix ?? 24)) + 1);
}

export function routes(k: Kernel): Route[] {
  const { ip, prefix } = k.box.init;
  return [
    { target: '0.0.0.0', prefix: 0, gateway: gateway(k), device: 'eth0' },
    { target: networkOf(ip, prefix ?? 24), prefix: prefix ?? 24, gateway: '', device: 'eth0' },
  ];
}

/** An address as /proc/net/route has it: in the machine's byte order. */
function hex(ip: string): string {
  return ip.split('.').map((part) => Number(part).toString(16).padStart(2, '0')).reverse().join('').toUpperCase();
}

export function procRoute(k: Kernel): string {
  const rows = routes(k).map(({ target, prefix, gateway: via, device }) => [device, hex(target), hex(via || '0.0.0.0'), via ? '0003' : '0001', 0, 0, 0, hex(prefix === 0 ? '0.0.0.0' : maskOf(prefix)), 0, 0, 0].join('\t'));
  return `Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n${rows.map((row) => `${row}\n`).join('')}`;
}

export function procArp(k: Kernel): string {
  const via = gateway(k);
  return `IP address       HW type     Flags       HW address            Mask     Device\n${via.padEnd(16)} 0x1         0x2         ${macOf(via)}     *        eth0\n`;
}

export function procDev(k: Kernel): string {
  const rows = interfaces(k).map(({ name }) => `${name.padStart(6)}: ${'0 '.repeat(16).trimEnd().split(' ').map((zero, i) => zero.padStart(i % 8 === 0 ? 7 : 4)).join(' ')}\n`);
  return `Inter-|   Receive                                                |  Transmit\n face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed\n${rows.join('')}`;
}
