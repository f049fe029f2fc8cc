/** wget as busybox has it: progress on stderr, the body to a file or stdout. */
import { CREATE, EXCLUSIVE, openPath, TRUNCATE, WRITE } from '../files/open.js';
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
import { BANNER, parseOptions } from './options.js';
import { flush } from './simple.js';
import type { Io } from './simple.js';

interface WgetState {
  urls: string[];
  quiet: boolean;
  output: string;
  folder: string;
  showHeaders: boolean;
  spider: boolean;
  body: string | null;
  headers: string[];
  agent: string;
  timeout: number;
  deadline: number;
  fetch: Fetch | null;
  redirects: number;
  out: number;
  name: string;
  size: number;
  total: number;
  writing: string;
  pending: [number, string][];
  code: number;
}

const USAGE = 'wget [-cqS] [--spider] [-O FILE] [-o LOGFILE] [--header STR]\n\t[--post-data STR | --post-file FILE] [-Y on/off]\n\t[--no-check-certificate] [-P DIR] [-U AGENT] [-T SEC] URL...';

export const wget: Program<WgetState> = {
  init(argv, p, k) {
    const s: WgetState = {
      urls: [], quiet: false, output: '', folder: '', showHeaders: false, spider: false, body: null, headers: [], agent: 'Wget', timeout: 0, deadline: 0, fetch: null, redirects: 0,
      out: -1, name: '', size: 0, total: -1, writing: '', pending: [], code: -1,
    };
    const io: Io = { k, p, argv, out: '', err: '' };
    const options = parseOptions(io, 'cqSO:o:P:U:T:Y:t:', ['spider', 'header:', 'post-data:', 'post-file:', 'no-check-certificate', 'quiet=q', 'output-document=O:', 'timeout=T:', 'user-agent=U:', 'directory-prefix=P:', 'tries=t:']);
    if (!options || options.rest.length === 0) {
      s.pending.push([2, io.err || `${BANNER}Usage: ${USAGE}\n`]);
      s.code = 1;
      return s;
    }
    Object.assign(s, {
      urls: options.rest, quiet: options.has('q'), output: options.value('O') ?? '', folder: options.value('P') ?? '', showHeaders: options.has('S'), spider: options.has('spider'),
      body: options.value('post-data') ?? null, headers: options.all['header'] ?? [], agent: options.value('U') ?? 'Wget', timeout: Number(options.value('T') ?? 900) * 1000,
    });
    return s;
  },
  step(k, p, s) {
    const left = flush(k, p, s.pending);
    if (left !== 0) return left === RAN || left === BLOCKED ? left : 1;
    if (s.code >= 0) return s.code;
    if (s.writing !== '') return writeBody(k, p, s);
    if (!s.fetch) {
      const url = s.urls.shift();
      if (url === undefined) return 0;
      begin(s, url);
      return RAN;
    }
    return advance(k, p, s, s.fetch);
  },
};

const say = (s: WgetState, text: string) => {
  if (!s.quiet) s.pending.push([2, text]);
};

function fail(k: Kernel, p: Process, s: WgetState, message: string): number {
  s.pending.push([2, `wget: ${message}\n`]);
  s.code = 1;
  if (s.fetch) abandon(k, p, s.fetch);
  return RAN;
}

function begin(s: WgetState, text: string): void {
  const url = parseUrl(text);
  if (!url) {
    s.pending.push([2, `wget: not an http or ftp url: ${text}\n`]);
    s.code = 1;
    return;
  }
  s.fetch = newFetch(url, request(s, url), s.spider);
  s.out = -1;
  s.size = 0;
  s.total = -1;
}

function hostHeader(url: Url): string {
  const usual = url.port === (url.scheme === 'https' ? 443 : 80);
  return usual ? url.host : `${url.host}:${url.port}`;
}

function request(s: WgetState, url: Url): string {
  const lines = [`${s.body !== null ? 'POST' : s.spider ? 'HEAD' : 'GET'} ${url.path} HTTP/1.1`, `Host: ${hostHeader(url)}`, `User-Agent: ${s.agent}`, 'Connection: close'];
  if (url.user !== '') lines.push(`Authorization: Basic ${Buffer.from(url.user, 'latin1').toString('base64')}`);
  lines.push(...s.headers);
  if (s.body !== null) lines.push('Content-Type: application/x-www-form-urlencoded', `Content-Length: ${s.body.length}`);
  return `${lines.join('\r\n')}\r\n\r\n${s.body ?? ''}`;
}

function advance(k: Kernel, p: Process, s: WgetState, f: Fetch): number {
  const event = stepFetch(k, p, f);
  switch (event.type) {
    case 'blocked':
      if (s.deadline > 0 && now(k) >= s.deadline) return fail(k, p, s, 'download timed out');
      if (s.deadline > 0) setTimer(k, p, s.deadline);
      return BLOCKED;
    case 'resolved':
      say(s, `Connecting to ${hostHeader(f.url)} (${f.ip}:${f.url.port})\n`);
      s.deadline = now(k) + s.timeout;
      return RAN;
    case 'headers':
      return headers(k, p, s, f);
    case 'data':
      s.writing = event.data;
      s.deadline = now(k) + s.timeout;
      return RAN;
    case 'end':
      if (f.left > 0) return fail(k, p, s, 'connection closed prematurely');
      finish(k, p, s);
      return RAN;
    case 'error':
      if (event.reason === 'name') return fail(k, p, s, `bad address '${f.url.host}'`);
      if (event.reason === 'connect') return fail(k, p, s, `can't connect to remote host (${f.ip}): ${errorMessage(event.error)}`);
      return fail(k, p, s, 'error getting response');
    default:
      return RAN;
  }
}

function headers(k: Kernel, p: Process, s: WgetState, f: Fetch): number {
  if (s.showHeaders) for (const line of [f.statusLine, ...f.rawHeaders, '']) s.pending.push([2, `  ${line}\n`]);
  const { location } = f.headers;
  if (f.status >= 300 && f.status < 400 && location !== undefined) {
    if (++s.redirects > 20) return fail(k, p, s, 'too many redirections');
    const next = parseUrl(location.startsWith('/') ? `${f.url.scheme}://${hostHeader(f.url)}${location}` : location);
    if (!next) return fail(k, p, s, `not an http or ftp url: ${location}`);
    abandon(k, p, f);
    s.fetch = newFetch(next, request(s, next), s.spider);
    return RAN;
  }
  if (f.status < 200 || f.status >= 300) return fail(k, p, s, `server returned error: ${f.statusLine}`);
  if (s.spider) {
    say(s, 'remote file exists\n');
    abandon(k, p, f);
    s.fetch = null;
    return RAN;
  }
  s.total = f.headers['content-length'] === undefined ? -1 : Number(f.headers['content-length']);
  return openOutput(k, p, s, f);
}

function openOutput(k: Kernel, p: Process, s: WgetState, f: Fetch): number {
  const path = f.url.path.replace(/\?.*/, '');
  const named = path.slice(path.lastIndexOf('/') + 1) || 'index.html';
  const target = s.output !== '' ? s.output : s.folder !== '' ? `${s.folder.replace(/\/$/, '')}/${named}` : named;
  s.name = target.slice(target.lastIndexOf('/') + 1);
  if (target === '-') {
    s.out = 1;
    say(s, 'writing to stdout\n');
    return RAN;
  }
  const id = openPath(k, p, target, s.output !== '' ? WRITE | CREATE | TRUNCATE : WRITE | CREATE | EXCLUSIVE);
  if (id < 0) return fail(k, p, s, `can't open '${target}': ${errorMessage(id)}`);
  s.out = attach(k, p, id, 3);
  s.output = s.output === '' ? '' : target;
  say(s, `saving to '${target}'\n`);
  return RAN;
}

function writeBody(k: Kernel, p: Process, s: WgetState): number {
  const written = write(k, p, s.out, s.writing);
  if (written === BLOCKED) return BLOCKED;
  if (written < 0) {
    s.writing = '';
    return fail(k, p, s, `short write: ${errorMessage(written)}`);
  }
  s.size += written;
  s.writing = s.writing.slice(written);
  return RAN;
}

/** The progress meter's last line. */
function finish(k: Kernel, p: Process, s: WgetState): void {
  const size = s.size >= 100 * 1024 ? (s.size >= 100 * 1024 * 1024 ? `${String(Math.floor(s.size / 1_048_576)).padStart(5)}M` : `${String(Math.floor(s.size / 1024)).padStart(5)}k`) : String(s.size).padStart(6);
  const bar = s.total >= 0 ? ` 100% |${'*'.repeat(32)}|` : ` |${' '.repeat(37)}|`;
  say(s, `${s.name.slice(0, 20).padEnd(20)}${bar}${size}  0:00:00 ETA\n`);
  if (s.out === 1) say(s, 'written to stdout\n');
  else {
    close(k, p, s.out);
    say(s, `'${s.output !== '' ? s.output : s.folder !== '' ? `${s.folder.replace(/\/$/, '')}/${s.name}` : s.name}' saved\n`);
  }
  setTimer(k, p, 0);
  s.out = -1;
  s.fetch = null;
}
