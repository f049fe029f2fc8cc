/** From a request to what is done about it: an answer, or a request to be passed on. Internal redirects are followed here. */
import { list, readWhole, stat } from '../../files/stat.js';
import type { Kernel } from '../../kernel/kernel.js';
import type { Process } from '../../kernel/state.js';
import { httpDate } from '../../net/http.js';
import type { Config, Location } from './config.js';
import { findLocation, matchPerl, normalize } from './route.js';
import { expand } from './variables.js';
import type { Exchange } from './variables.js';

export interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string;
  /** For the error log; '': nothing. */
  error: string;
}
export type Outcome = { kind: 'answer'; answer: Answer } | { kind: 'proxy'; to: string };

const MAX_REDIRECTS = 10;
const TITLES: Record<number, string> = {
  301: 'Moved Permanently', 302: 'Found', 303: 'See Other', 307: 'Temporary Redirect', 308: 'Permanent Redirect', 400: 'Bad Request', 401: 'Authorization Required', 403: 'Forbidden', 404: 'Not Found',
  405: 'Not Allowed', 408: 'Request Time-out', 409: 'Conflict', 410: 'Gone', 413: 'Request Entity Too Large', 414: 'Request-URI Too Large', 429: 'Too Many Requests', 500: 'Internal Server Error',
  501: 'Not Implemented', 502: 'Bad Gateway', 503: 'Service Temporarily Unavailable', 504: 'Gateway Time-out',
};

export function errorPage(status: number, x: Exchange): Answer {
  const name = `nginx${x.settings.serverTokens ? `/${x.version}` : ''}`;
  const title = `${status} ${TITLES[status] ?? ''}`.trim();
  const body = TITLES[status] === undefined ? '' : `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n<hr><center>${name}</center>\r\n</body>\r\n</html>\r\n`;
  return { status, headers: body === '' ? {} : { 'Content-Type': 'text/html' }, body, error: '' };
}

/** @param config for types; changes `x`: settings, uri, captures, variables. */
export function decide(k: Kernel, p: Process, config: Config, x: Exchange): Outcome {
  const early = atServer(k, x);
  if (early) return withErrorPage(k, p, config, x, early);
  let named: string | undefined;
  for (let turn = 0; turn < MAX_REDIRECTS; turn++) {
    const found = named === undefined ? findLocation(x.server.locations, x.uri) : namedLocation(x, named);
    const location = found?.location;
    if (location?.internal && turn === 0) return { kind: 'answer', answer: errorPage(404, x) };
    x.settings = location?.settings ?? { ...x.server.settings, rewrites: [], answer: null };
    x.captures = found?.captures.length ? found.captures : x.captures;
    const next = inLocation(k, p, config, x, location, named !== undefined);
    if ('kind' in next) return next.kind === 'answer' ? withErrorPage(k, p, config, x, next.answer) : next;
    named = next.uri.startsWith('@') ? next.uri : undefined;
    if (named === undefined) go(x, next.uri);
  }
  return { kind: 'answer', answer: { ...errorPage(500, x), error: `rewrite or internal redirection cycle while internally redirecting to "${x.uri}"` } };
}

/** What a server says outside of its locations comes before them. */
function atServer(k: Kernel, x: Exchange): Answer | undefined {
  const { variables, rewrites, answer } = x.server.settings;
  for (const [name, value] of variables) x.variables[`$${name}`] = expand(k, value, x);
  for (const { pattern, to, flag } of rewrites) {
    const captures = matchPerl(pattern, x.uri);
    if (!captures) continue;
    x.captures = captures;
    const target = expand(k, to, x);
    if (flag === 'redirect' || flag === 'permanent' || /^https?:\/\//.test(target)) return redirect(x, flag === 'permanent' ? 301 : 302, target);
    go(x, target);
    if (flag !== '') return undefined;
  }
  return answer ? returned(k, x, answer) : undefined;
}

function namedLocation(x: Exchange, name: string) {
  const location = x.server.locations.find((other) => other.kind === 'named' && other.pattern === name);
  return location && { location, captures: [] };
}

function go(x: Exchange, target: string): void {
  const at = normalize(target);
  x.uri = at?.uri ?? '/';
  if (at && target.includes('?')) x.args = at.args;
}

/** error_page: another page of the same server in place of the usual one. Its own errors end there. */
function withErrorPage(k: Kernel, p: Process, config: Config, x: Exchange, answer: Answer): Outcome {
  const page = answer.status >= 300 ? x.settings.errorPages[String(answer.status)] : undefined;
  if (!page || answer.headers['Location'] !== undefined) return { kind: 'answer', answer };
  const to = expand(k, page.to, x);
  if (/^https?:\/\//.test(to)) return { kind: 'answer', answer: { ...errorPage(302, x), headers: { 'Content-Type': 'text/html', Location: to }, error: answer.error } };
  const found = to.startsWith('@') ? namedLocation(x, to) : findLocation(x.server.locations, (go(x, to), x.uri));
  x.settings = found?.location.settings ?? x.server.settings;
  const next = inLocation(k, p, config, x, found?.location, to.startsWith('@'));
  if (!('kind' in next)) return { kind: 'answer', answer };
  if (next.kind === 'proxy') return next;
  const status = page.status > 0 ? page.status : page.status === 0 ? next.answer.status : answer.status;
  return { kind: 'answer', answer: next.answer.status < 300 || next.answer.status === answer.status ? { ...next.answer, status, error: answer.error } : answer };
}

/** The same for an answer that came about later, as 502 does. */
export function laterError(k: Kernel, p: Process, config: Config, x: Exchange, status: number): Answer {
  const outcome = withErrorPage(k, p, config, x, errorPage(status, x));
  return outcome.kind === 'answer' ? outcome.answer : errorPage(status, x);
}

/** What a location makes of the request: an outcome, or where it goes on. */
function inLocation(k: Kernel, p: Process, config: Config, x: Exchange, location: Location | undefined, named: boolean): Outcome | { uri: string } {
  const { settings } = x;
  const say = (answer: Answer): Outcome => ({ kind: 'answer', answer });
  for (const [name, value] of settings.variables) x.variables[`$${name}`] = expand(k, value, x);
  for (const rewrite of settings.rewrites) {
    const captures = matchPerl(rewrite.pattern, x.uri);
    if (!captures) continue;
    x.captures = captures;
    const to = expand(k, rewrite.to, x);
    if (rewrite.flag === 'redirect' || rewrite.flag === 'permanent' || /^https?:\/\//.test(to)) return say(redirect(x, rewrite.flag === 'permanent' ? 301 : 302, to));
    go(x, to);
    if (rewrite.flag === 'last' || rewrite.flag === '') return { uri: to };
    break;
  }
  if (settings.answer) return say(returned(k, x, settings.answer));
  if (settings.denied) return say({ ...errorPage(403, x), error: 'access forbidden by rule' });
  if (x.request.body.length > settings.maxBody && settings.maxBody > 0) return say({ ...errorPage(413, x), error: `client intended to send too large body: ${x.request.body.length} bytes` });
  if (settings.stubStatus) return say({ status: 200, headers: { 'Content-Type': 'text/plain' }, body: 'Active connections: 1 \nserver accepts handled requests\n 1 1 1 \nReading: 0 Writing: 1 Waiting: 0 \n', error: '' });
  if (settings.tryFiles.length > 0) {
    const next = tryFiles(k, p, x, location);
    if (next !== undefined) return next.startsWith('=') ? say(errorPage(Number(next.slice(1)), x)) : { uri: next };
  }
  if (settings.proxy !== '') return { kind: 'proxy', to: proxyTarget(k, x, location, named) };
  if (x.request.method !== 'GET' && x.request.method !== 'HEAD') return say(errorPage(405, x));
  return serve(k, p, config, x, location);
}

function redirect(x: Exchange, status: number, to: string): Answer {
  const host = x.request.headers['host'] ?? x.host;
  return { ...errorPage(status, x), headers: { 'Content-Type': 'text/html', Location: to.startsWith('/') ? `http://${host}${to}` : to } };
}

function returned(k: Kernel, x: Exchange, [status, text]: [number, string]): Answer {
  const value = expand(k, text, x);
  if ([301, 302, 303, 307, 308].includes(status)) return redirect(x, status, value);
  if (text === '') return status < 300 ? { status, headers: {}, body: '', error: '' } : errorPage(status, x);
  return { status, headers: { 'Content-Type': x.settings.defaultType }, body: value, error: '' };
}

function pathOf(k: Kernel, x: Exchange, location: Location | undefined, uri: string): string {
  if (x.settings.alias !== '' && location) {
    const alias = expand(k, x.settings.alias, x);
    return location.kind === 'regex' ? alias : alias + uri.slice(location.pattern.length);
  }
  return expand(k, x.settings.root, x) + uri;
}

/** Where the last argument leads when no file is there; undefined: serve what x.uri names now. */
function tryFiles(k: Kernel, p: Process, x: Exchange, location: Location | undefined): string | undefined {
  const names = x.settings.tryFiles;
  for (const name of names.slice(0, -1)) {
    const uri = expand(k, name, x);
    const found = stat(k, p, pathOf(k, x, location, uri.replace(/\/$/, '') || '/'));
    if (typeof found === 'number' || (found.type === 'dir') !== uri.endsWith('/')) continue;
    x.uri = uri;
    return undefined;
  }
  return expand(k, names[names.length - 1]!, x);
}

function proxyTarget(k: Kernel, x: Exchange, location: Location | undefined, named: boolean): string {
  const url = expand(k, x.settings.proxy, x);
  const found = /^(https?:\/\/[^/]+)(\/.*)?$/.exec(url);
  if (!found || found[2] === undefined || named) return `${found?.[1] ?? url}${x.request.target}`;
  if (x.settings.proxy.includes('$')) return url;
  const rest = location && location.kind !== 'regex' ? x.uri.slice(location.pattern.length) : x.uri;
  return `${found[1]}${found[2]}${rest}${x.args === '' ? '' : `?${x.args}`}`;
}

function serve(k: Kernel, p: Process, config: Config, x: Exchange, location: Location | undefined): Outcome | { uri: string } {
  const path = pathOf(k, x, location, x.uri);
  const say = (answer: Answer): Outcome => ({ kind: 'answer', answer });
  const found = stat(k, p, path.replace(/(.)\/$/, '$1'));
  if (x.uri.endsWith('/')) {
    for (const name of x.settings.index) {
      const page = stat(k, p, `${path}${name}`);
      if (typeof page !== 'number' && page.type !== 'dir') return { uri: `${x.uri}${name}` };
    }
    if (typeof found === 'number') return say({ ...errorPage(404, x), error: `"${path}${x.settings.index[0] ?? ''}" is not found (2: No such file or directory)` });
    if (x.settings.autoindex) return say(listing(k, p, x, path));
    return say({ ...errorPage(403, x), error: `directory index of "${path}" is forbidden` });
  }
  if (typeof found === 'number') return say({ ...errorPage(404, x), error: `open() "${path}" failed (2: No such file or directory)` });
  if (found.type === 'dir') return say(redirect(x, 301, `${x.uri}/${x.args === '' ? '' : `?${x.args}`}`));
  const body = readWhole(k, p, path);
  if (typeof body === 'number') return say({ ...errorPage(403, x), error: `open() "${path}" failed (13: Permission denied)` });
  const etag = `"${Math.floor(found.mtime / 1000).toString(16)}-${body.length.toString(16)}"`;
  const headers = { 'Last-Modified': httpDate(found.mtime), ETag: etag, 'Accept-Ranges': 'bytes' };
  if (x.request.headers['if-none-match'] === etag || x.request.headers['if-modified-since'] === headers['Last-Modified']) {
    return say({ status: 304, headers: { 'Last-Modified': headers['Last-Modified'], ETag: etag }, body: '', error: '' });
  }
  return say({ status: 200, headers: { 'Content-Type': typeOf(config, x, path), ...headers }, body, error: '' });
}

function typeOf(config: Config, x: Exchange, path: string): string {
  const extension = `.${path.slice(path.lastIndexOf('.') + 1).toLowerCase()}`;
  return path.includes('.') && Object.hasOwn(config.types, extension) ? config.types[extension]! : x.settings.defaultType;
}

function listing(k: Kernel, p: Process, x: Exchange, path: string): Answer {
  const names = list(k, p, path);
  const rows = (typeof names === 'number' ? [] : names).sort().map((name) => {
    const found = stat(k, p, `${path}${name}`);
    const shown = typeof found !== 'number' && found.type === 'dir' ? `${name}/` : name;
    return `<a href="${shown}">${shown}</a>`;
  });
  const title = `Index of ${x.uri}`;
  return { status: 200, headers: { 'Content-Type': 'text/html' }, body: `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<h1>${title}</h1><hr><pre><a href="../">../</a>\r\n${rows.map((row) => `${row}\r\n`).join('')}</pre><hr></body>\r\n</html>\r\n`, error: '' };
}
