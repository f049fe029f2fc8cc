import { readWhole, stat } from '../files/stat.js';
import { errorMessage } from '../kernel/errors.js';
import { now } from '../kernel/kernel.js';
import type { Kernel } from '../kernel/kernel.js';
import { fork } from '../kernel/processes.js';
import { RAN } from '../kernel/program.js';
import type { Program } from '../kernel/program.js';
import type { Process } from '../kernel/state.js';
import { contentType } from '../net/content-types.js';
import { httpDate, response } from '../net/http.js';
import type { Request } from '../net/http.js';
import { resolveAll } from '../net/resolve.js';
import { openListener, stepServer } from '../net/server.js';
import type { Server } from '../net/server.js';
import { parseOptions } from './options.js';
import { flush } from './simple.js';
import type { Io } from './simple.js';

interface HttpdState extends Server {
  home: string;
  address: string;
  port: number;
  foreground: boolean;
  pending: [number, string][];
  code: number;
}

function page(status: number, title: string, text: string): string {
  return `<HTML><HEAD><TITLE>${status} ${title}</TITLE></HEAD>\n<BODY><H1>${status} ${title}</H1>\n${text}\n</BODY></HTML>\n`;
}

/** The file below `home` that a request names, or a status. */
export function serveFile(k: Kernel, p: Process, home: string, target: string, index: string[]): { status: number; body: string; path: string; mtime: number } {
  let path: string;
  try {
    path = Buffer.from(decodeURIComponent(target.split('?')[0]!), 'utf8').toString('latin1');
  } catch {
    return { status: 400, body: '', path: '', mtime: 0 };
  }
  if (path.split('/').includes('..')) return { status: 400, body: '', path, mtime: 0 };
  const at = `${home.replace(/\/$/, '')}${path.startsWith('/') ? path : `/${path}`}`;
  const found = stat(k, p, at);
  if (typeof found === 'number') return { status: 404, body: '', path: at, mtime: 0 };
  if (found.type !== 'dir') {
    const body = readWhole(k, p, at);
    return typeof body === 'number' ? { status: 403, body: '', path: at, mtime: 0 } : { status: 200, body, path: at, mtime: found.mtime };
  }
  if (!at.endsWith('/')) return { status: 301, body: '', path: at, mtime: 0 };
  for (const name of index) {
    const body = readWhole(k, p, at + name);
    if (typeof body === 'string') return { status: 200, body, path: at + name, mtime: (stat(k, p, at + name) as { mtime: number }).mtime };
  }
  return { status: index.length > 1 ? 403 : 404, body: '', path: at, mtime: 0 };
}

function answer(k: Kernel, p: Process, s: HttpdState, request: Request): string {
  const base = { Date: httpDate(now(k)), Connection: 'close' };
  if (request.method !== 'GET' && request.method !== 'HEAD') return response(501, { ...base, 'Content-type': 'text/html' }, page(501, 'Not Implemented', 'The requested method is not recognized'));
  const found = serveFile(k, p, s.home, request.target, ['index.html']);
  switch (found.status) {
    case 200:
      return response(200, { ...base, 'Content-type': contentType(found.path), 'Accept-Ranges': 'bytes', 'Last-Modified': httpDate(found.mtime) }, found.body, request.method);
    case 301:
      return response(302, { ...base, Location: `${request.target}/` }, '', request.method);
    case 400:
      return response(400, { ...base, 'Content-type': 'text/html' }, page(400, 'Bad Request', 'Unsupported method'), request.method);
    default:
      return response(404, { ...base, 'Content-type': 'text/html' }, page(404, 'Not Found', 'The requested URL was not found'), request.method);
  }
}

export const httpd: Program<HttpdState> = {
  init(argv, p, k) {
    const s: HttpdState = { home: p.cwd, address: '', port: 80, foreground: false, listeners: [], connections: [], pending: [], code: -1 };
    const io: Io = { k, p, argv, out: '', err: '' };
    const options = parseOptions(io, 'fivp:h:c:u:r:');
    if (!options) {
      s.pending.push([2, io.err]);
      s.code = 1;
      return s;
    }
    const home = options.value('h');
    s.home = home === undefined ? p.cwd : home.startsWith('/') ? home : `${p.cwd}/${home}`;
    const where = options.value('p') ?? '80';
    const colon = where.lastIndexOf(':');
    s.port = Number(where.slice(colon + 1));
    const host = colon < 0 ? '' : where.slice(0, colon);
    s.address = host === '' ? '' : resolveAll(k, p, host)[0] ?? '';
    if ((host !== '' && s.address === '') || !(s.port <= 65_535)) {
      s.pending.push([2, `httpd: bad address '${where}'\n`]);
      s.code = 1;
    }
    s.foreground = options.has('f');
    return s;
  },
  step(k, p, s) {
    const left = flush(k, p, s.pending);
    if (left !== 0) return left;
    if (s.code >= 0) return s.code;
    if (s.listeners.length === 0) {
      const fd = openListener(k, p, s.port, s.address);
      if (fd < 0) {
        s.pending.push([2, `httpd: bind: ${errorMessage(fd)}\n`]);
        s.code = 1;
        return RAN;
      }
      s.listeners.push(fd);
      if (s.foreground) return RAN;
      // A daemon: the child goes on, this process is done.
      fork(k, p, 'httpd', p.argv, { ...s, foreground: true, listeners: [fd], connections: [], pending: [] }, 0);
      s.code = 0;
      return RAN;
    }
    return stepServer(k, p, s, (request) => ({ response: answer(k, p, s, request), keep: false }));
  },
};
