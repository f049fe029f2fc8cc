/**
 * The catalogue of virtual web hosts: web-hosts.json, and files of the operator's (YAML or JSON) that add hosts or take the place of some.
 *
 *   registry.example.org:              # lower case
 *     server: nginx                    # the Server header; default podbox
 *     ip: 198.19.0.10                  # from 198.18.0.0/15; default: one of 198.19.0.0/16, in the order of the names
 *     pages:
 *       /: a text, served with 200 as text/html
 *       POST /register: { status: 201, headers: { Content-Type: application/json }, body: '{"id": 1}' }
 *       "*": { status: 404, body: nothing here }
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import type { WebHost, WebPage } from './web-hosts.js';

/** A mistake in a file: one line that names the file, the place in it and what would be right. */
export class WebCatalogueError extends Error {
  override readonly name = 'WebCatalogueError';
}

const BUILT_IN = fileURLToPath(new URL('./web-hosts.json', import.meta.url));
const NAME = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const IP = /^198\.1[89](\.(25[0-5]|2[0-4]\d|1?\d?\d)){2}$/;
const PAGE_KEY = /^(?:[A-Z]+ )?(?:\/\S*|\*)$/;

/** The hosts that come with the project. */
export function builtInWebHosts(): Record<string, WebHost> {
  return readWebHosts([]);
}

/** Those that come with the project and those in `paths`: files, or folders of *.yaml, *.yml and *.json. @throws WebCatalogueError */
export function readWebHosts(paths: string[]): Record<string, WebHost> {
  const hosts: Record<string, WebHost> = {};
  for (const file of [BUILT_IN, ...paths.flatMap(filesAt)]) Object.assign(hosts, parseWebHosts(read(file), file));
  return withAddresses(hosts);
}

/** The hosts in one file's text; `ip` is '' where none is given. @throws WebCatalogueError */
export function parseWebHosts(text: string, file: string): Record<string, WebHost> {
  let content: unknown;
  try {
    content = parse(text);
  } catch (error) {
    throw new WebCatalogueError(`${file}: not YAML: ${(error as Error).message.split('\n')[0]}`);
  }
  if (content === null || content === undefined) return {};
  const wrong = (where: string, right: string) => new WebCatalogueError(`${file}: ${where}: ${right}`);
  if (!isRecord(content)) throw wrong('the file', 'must be a map from host names to hosts');
  return Object.fromEntries(Object.entries(content).map(([name, host]) => [name, parseHost(name, host, wrong)]));
}

type Wrong = (where: string, right: string) => WebCatalogueError;

function parseHost(name: string, host: unknown, wrong: Wrong): WebHost {
  if (!NAME.test(name)) throw wrong(`"${name}"`, 'is not a host name in lower case, such as api.example.org');
  if (!isRecord(host)) throw wrong(name, 'must be a map with pages, and maybe server and ip');
  const unknown = Object.keys(host).find((key) => !['ip', 'server', 'pages'].includes(key));
  if (unknown !== undefined) throw wrong(`${name}.${unknown}`, 'is not known: a host has pages, server and ip');
  const { ip = '', server = 'podbox', pages } = host;
  if (ip !== '' && (typeof ip !== 'string' || !IP.test(ip))) throw wrong(`${name}.ip`, 'must be an address of 198.18.0.0/15, such as 198.19.0.10');
  if (typeof server !== 'string') throw wrong(`${name}.server`, 'must be a text');
  if (!isRecord(pages)) throw wrong(`${name}.pages`, 'must be a map from paths to pages');
  return { ip, server: bytes(server), pages: Object.fromEntries(Object.entries(pages).map(([key, page]) => [key, parsePage(`${name}.pages["${key}"]`, key, page, wrong)])) };
}

function parsePage(where: string, key: string, page: unknown, wrong: Wrong): WebPage {
  if (!PAGE_KEY.test(key)) throw wrong(where, 'a page stands under "/path", "METHOD /path" or "*"');
  if (typeof page === 'string') return { status: 200, headers: {}, body: bytes(page) };
  if (!isRecord(page)) throw wrong(where, 'must be a text, or a map with status, headers and body');
  const { status = 200, headers = {}, body = '' } = page;
  if (typeof status !== 'number' || !Number.isInteger(status) || status < 200 || status > 599) throw wrong(`${where}.status`, 'must be a number from 200 to 599');
  if (typeof body !== 'string') throw wrong(`${where}.body`, 'must be a text');
  if (!isRecord(headers) || Object.values(headers).some((value) => !['string', 'number'].includes(typeof value) || /[\r\n]/.test(String(value)))) {
    throw wrong(`${where}.headers`, 'must be a map from names to texts of one line');
  }
  return { status, headers: Object.fromEntries(Object.entries(headers).map(([header, value]) => [header, bytes(String(value))])), body: bytes(body) };
}

/** Gives an address to each host that has none: the same ones each time. */
function withAddresses(hosts: Record<string, WebHost>): Record<string, WebHost> {
  const taken = new Set(Object.values(hosts).map(({ ip }) => ip));
  let next = 1;
  const result: Record<string, WebHost> = {};
  for (const name of Object.keys(hosts).sort()) {
    let { ip } = hosts[name]!;
    while (ip === '' || (hosts[name]!.ip === '' && taken.has(ip))) ip = `198.19.${Math.floor(next / 254)}.${(next++ % 254) + 1}`;
    taken.add(ip);
    result[name] = { ...hosts[name]!, ip };
  }
  return result;
}

function filesAt(path: string): string[] {
  try {
    if (!statSync(path).isDirectory()) return [path];
    return readdirSync(path).filter((name) => /\.(ya?ml|json)$/.test(name)).sort().map((name) => join(path, name));
  } catch (error) {
    throw new WebCatalogueError(`${path}: cannot be read: ${(error as Error).message}`);
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new WebCatalogueError(`${file}: cannot be read: ${(error as Error).message}`);
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
const bytes = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');
