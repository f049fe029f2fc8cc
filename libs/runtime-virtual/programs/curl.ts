/** curl, as scripts use it. */
import { CREATE, openPath, TRUNCATE, WRITE } from '../files/open.js';
import { readWhole } from '../files/stat.js';
import { write } from '../kernel/descriptors.js';
import { BLOCKED, errorMessage } from '../kernel/errors.js';
import type { Kernel } from '../kernel/kernel.js';
import { now, setTimer } from '../kernel/kernel.js';
import { attach, close } from '../kernel/open-files.js';
import { RAN } from '../kernel/program.js';
import type { Program } from '../kernel/program.js';
import type { Process } from '../kernel/state.js';
import { abandon, newFetch, parseUrl, stepFetch } from '../net/fetch.js';
import type { Fetch, Url } from '../net/fetch.js';
import { parseOptions } from './options.js';
import type { Options } from './options.js';
import { flush } from './simple.js';
import type { Io } from './simple.js';

interface CurlState {
  urls: string[];
  flags: string[];
  method: string;
  body: string | null;
  headers: string[];
  output: string;
  format: string;
  timeout: number;
  deadline: number;
  fetch: Fetch | null;
  redirects: number;
  out: number;
  size: number;
  writing: string;
  pending: [number, string][];
  code: number;
}

const LONG = [
  'silent=s', 'show-error=S', 'output=o:', 'remote-name=O', 'request=X:', 'data=d:', 'data-raw=d:', 'data-binary=d:', 'json:', 'header=H:', 'head=I', 'location=L', 'fail=f', 'verbose=v', 'insecure=k', 'write-out=w:',
  'connect-timeout:', 'max-time=m:', 'retry:', 'retry-delay:', 'retry-connrefused', 'user=u:', 'user-agent=A:', 'include=i', 'no-buffer=N', 'compressed', 'url:', 'fail-with-body', 'http1.1', 'version=V', 'get=G',
];

export const curl: Program<CurlState> = {
  init(argv, p, k) {
    const io: Io = { k, p, argv, out: '', err: '' };
    const options = parseOptions(io, 'sSo:OX:d:H:ILfvkw:m:u:A:iNVG4', LONG);
    const s: CurlState = {
      urls: [], flags: [], method: '', body: null, headers: [], output: '', format: '', timeout: 0, deadline: 0, fetch: null, redirects: 0, out: -1, size: 0, writing: '', pending: [], code: -1,
    };
    if (!options) {
      s.pending.push([2, "curl: option is unknown\ncurl: try 'curl --help' or 'curl --manual' for more information\n"]);
      s.code = 2;
    } else if (options.has('V')) {
      s.pending.push([1, 'curl 8.5.0 (x86_64-pc-linux-gnu)\nProtocols: http https\n']);
      s.code = 0;
    } else setUp(io, s, options);
    return s;
  },
  step(k, p, s) {
    const left = flush(k, p, s.pending);
    if (left !== 0) return left === RAN || left === BLOCKED ? left : 23;
    if (s.writing !== '') {
      const written = write(k, p, s.out, s.writing);
      if (written === BLOCKED) return BLOCKED;
      if (written < 0) return 23;
      s.writing = s.writing.slice(written);
      return RAN;
    }
    if (s.code >= 0) return s.code;
    if (!s.fetch) {
      const text = s.urls.shift();
      if (text === undefined) return 0;
      const url = parseUrl(text);
      if (!url) return fail(k, p, s, 3, 'URL rejected: Malformed input to a URL function');
      s.fetch = newFetch(url, request(s, url), s.flags.includes('I'));
      if (s.timeout > 0) s.deadline = now(k) + s.timeout;
      return RAN;
    }
    return advance(k, p, s, s.fetch);
  },
};

function setUp(io: Io, s: CurlState, options: Options): void {
  const data = [...(options.all['d'] ?? []), ...(options.all['json'] ?? [])].map((text) => {
    if (!text.startsWith('@')) return text;
    const found = text === '@-' ? '' : readWhole(io.k, io.p, text.slice(1));
    return typeof found === 'string' ? found.replace(/\r?\n/g, '') : '';
  });
  const headers = [...(options.all['H'] ?? [])];
  if (options.has('json')) headers.push('Content-Type: application/json', 'Accept: application/json');
  const user = options.value('u');
  if (user !== undefined) headers.push(`Authorization: Basic ${Buffer.from(user, 'latin1').toString('base64')}`);
  Object.assign(s, {
    urls: [...options.rest, ...(options.all['url'] ?? [])], flags: Object.keys(options.given), body: data.length > 0 ? data.join('&') : null, headers, output: options.value('o') ?? '',
    method: options.value('X') ?? (options.has('I') ? 'HEAD' : data.length > 0 ? 'POST' : 'GET'), format: options.value('w') ?? '',
    timeout: Math.round(Number(options.value('m') ?? options.value('connect-timeout') ?? 0) * 1000),
  });
  if (s.urls.length === 0) {
    s.pending.push([2, 'curl: (2) no URL specified\n']);
    s.code = 2;
  }
}

function hostHeader(url: Url): string {
  return url.port === (url.scheme === 'https' ? 443 : 80) ? url.host : `${url.host}:${url.port}`;
}

function request(s: CurlState, url: Url): string {
  const given = (name: string) => s.headers.some((header) => header.toLowerCase().startsWith(`${name}:`));
  const lines = [`${s.method} ${url.path} HTTP/1.1`];
  if (!given('host')) lines.push(`Host: ${hostHeader(url)}`);
  if (!given('user-agent')) lines.push('User-Agent: curl/8.5.0');
  if (!given('accept')) lines.push('Accept: */*');
  lines.push(...s.headers);
  if (s.body !== null) {
    lines.push(`Content-Length: ${s.body.length}`);
    if (!given('content-type')) lines.push('Content-Type: application/x-www-form-urlencoded');
  }
  return `${lines.join('\r\n')}\r\n\r\n${s.body ?? ''}`;
}

function fail(k: Kernel, p: Process, s: CurlState, code: number, message: string): number {
  if (!s.flags.includes('s') || s.flags.includes('S')) s.pending.push([2, `curl: (${code}) ${message}\n`]);
  if (s.format !== '') s.pending.push([1, writeOut(s)]);
  s.code = code;
  if (s.fetch) abandon(k, p, s.fetch);
  return RAN;
}

function advance(k: Kernel, p: Process, s: CurlState, f: Fetch): number {
  const event = stepFetch(k, p, f);
  switch (event.type) {
    case 'blocked':
      if (s.deadline > 0 && now(k) >= s.deadline) return fail(k, p, s, 28, `Connection timed out after ${s.timeout} milliseconds`);
      if (s.deadline > 0) setTimer(k, p, s.deadline);
      return BLOCKED;
    case 'headers':
      return headers(k, p, s, f);
    case 'data':
      s.size += event.data.length;
      s.writing = s.out >= 0 ? event.data : '';
      return RAN;
    case 'end':
      if (f.left > 0) return fail(k, p, s, 18, 'transfer closed with outstanding read data remaining');
      if (s.out > 2) close(k, p, s.out);
      if (s.format !== '') s.pending.push([1, writeOut(s)]);
      setTimer(k, p, 0);
      s.fetch = null;
      return RAN;
    case 'error':
      if (event.reason === 'name') return fail(k, p, s, 6, `Could not resolve host: ${f.url.host}`);
      if (event.reason === 'connect') return fail(k, p, s, 7, `Failed to connect to ${f.url.host} port ${f.url.port} after 0 ms: Couldn't connect to server`);
      return fail(k, p, s, 52, 'Empty reply from server');
    default:
      return RAN;
  }
}

function headers(k: Kernel, p: Process, s: CurlState, f: Fetch): number {
  const { location } = f.headers;
  if (s.flags.includes('L') && f.status >= 300 && f.status < 400 && location !== undefined) {
    const next = parseUrl(location.startsWith('/') ? `${f.url.scheme}://${hostHeader(f.url)}${location}` : location);
    if (++s.redirects > 50 || !next) return fail(k, p, s, 47, 'Maximum (50) redirects followed');
    abandon(k, p, f);
    s.fetch = newFetch(next, request(s, next), s.flags.includes('I'));
    return RAN;
  }
  if (s.flags.includes('f') && f.status >= 400) return fail(k, p, s, 22, `The requested URL returned error: ${f.status}`);
  s.out = 1;
  const target = s.flags.includes('O') ? f.url.path.slice(f.url.path.lastIndexOf('/') + 1) : s.output;
  if (target !== '' && target !== '-') {
    const id = openPath(k, p, target, WRITE | CREATE | TRUNCATE);
    if (id < 0) return fail(k, p, s, 23, `Failure writing output to destination: ${errorMessage(id)}`);
    s.out = attach(k, p, id, 3);
  }
  if (s.flags.includes('I') || s.flags.includes('i')) s.writing = `${[f.statusLine, ...f.rawHeaders, ''].join('\r\n')}\r\n`;
  if (s.flags.includes('v')) s.pending.push([2, `${[f.statusLine, ...f.rawHeaders, ''].map((line) => `< ${line}`).join('\n')}\n`]);
  return RAN;
}

function writeOut(s: CurlState): string {
  const f = s.fetch;
  const values: Record<string, string> = {
    http_code: String(f?.status ?? 0).padStart(3, '0'), response_code: String(f?.status ?? 0).padStart(3, '0'), size_download: String(s.size), remote_ip: f?.ip ?? '', num_redirects: String(s.redirects),
    time_total: '0.000000', content_type: f?.headers['content-type'] ?? '', url_effective: f ? `${f.url.scheme}://${hostHeader(f.url)}${f.url.path}` : '',
  };
  return s.format.replace(/%\{(\w+)\}/g, (all, name: string) => values[name] ?? all).replaceAll('\\n', '\n').replaceAll('\\t', '\t');
}
