/** Virtual web hosts: what answers offline where a script fetches a well-known page. Deterministic. */
import type { Kernel } from '../kernel/kernel.js';
import { now } from '../kernel/kernel.js';
import type { Bytes } from '../kernel/machine.js';
import { httpDate, parseRequest, response } from './http.js';
import type { WebHost, WebPage } from './web-hosts.js';

const NOT_FOUND: WebPage = { status: 404, headers: {}, body: '<html><body><h1>404 Not Found</h1></body></html>\n' };

/** The answer to the bytes received so far; undefined: the request is not complete. */
export function answerWeb(k: Kernel, host: string, received: Bytes): Bytes | undefined {
  const request = parseRequest(received);
  if (!request) return undefined;
  const { web } = k.core.names;
  const named = (request.headers['host'] ?? host).split(':')[0]!.toLowerCase();
  // A pod that was restored elsewhere may know of a host that this catalogue does not have.
  const site = Object.hasOwn(web, named) ? web[named] : Object.hasOwn(web, host) ? web[host] : undefined;
  const page = site ? pageOf(site, request.method, request.target.split('?')[0]!) : NOT_FOUND;
  const headers = { Server: site?.server ?? 'podbox', Date: httpDate(now(k)), 'Content-Type': 'text/html', ...page.headers, Connection: 'close' };
  return response(page.status, headers, page.body, request.method);
}

function pageOf({ pages }: WebHost, method: string, path: string): WebPage {
  for (const key of [`${method} ${path}`, path, `${method} *`, '*']) if (Object.hasOwn(pages, key)) return pages[key]!;
  return NOT_FOUND;
}
