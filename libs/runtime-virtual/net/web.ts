/** Virtual web hosts: what answers offline where a script fetches a well-known page. Deterministic. */
import type { Kernel } from '../kernel/kernel.js';
import { now } from '../kernel/kernel.js';
import type { Bytes } from '../kernel/machine.js';
import { httpDate, parseRequest, response } from './http.js';
import { WEB_HOSTS } from './web-hosts.js';

/** The answer to the bytes received so far; undefined: the request is not complete. */
export function answerWeb(k: Kernel, host: string, received: Bytes): Bytes | undefined {
  const request = parseRequest(received);
  if (!request) return undefined;
  const named = (request.headers['host'] ?? host).split(':')[0]!.toLowerCase();
  const site = Object.hasOwn(WEB_HOSTS, named) ? WEB_HOSTS[named]! : WEB_HOSTS[host]!;
  const path = request.target.split('?')[0]!;
  const page = Object.hasOwn(site.pages, path) ? site.pages[path] : site.pages['*'];
  const headers = { Server: site.server, Date: httpDate(now(k)), 'Content-Type': 'text/html', Connection: 'close' };
  if (page === undefined) return response(404, headers, '<html><body><h1>404 Not Found</h1></body></html>\n', request.method);
  return response(200, headers, page, request.method);
}
