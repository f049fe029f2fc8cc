/** The catalogue of virtual web hosts: web-hosts.json. Pages are kept as UTF-8 bytes. */
import { readFileSync } from 'node:fs';

export interface WebHost {
  /** From 198.18.0.0/15, which is never routed. */
  ip: string;
  server: string;
  /** By path; "*": any other path. */
  pages: Record<string, string>;
}

const hosts = JSON.parse(readFileSync(new URL('./web-hosts.json', import.meta.url), 'utf8')) as Record<string, WebHost>;
const bytes = (text: string) => Buffer.from(text, 'utf8').toString('latin1');

export const WEB_HOSTS: Record<string, WebHost> = Object.fromEntries(
  Object.entries(hosts).map(([name, host]) => [
    name,
    { ...host, pages: Object.fromEntries(Object.entries(host.pages).map(([path, page]) => [path, bytes(page)])) },
  ]),
);

const BY_IP = new Map(Object.entries(WEB_HOSTS).map(([name, host]) => [host.ip, name]));

/** The name of the web host that has this address. */
export function webHostAt(ip: string): string | undefined {
  return BY_IP.get(ip);
}
