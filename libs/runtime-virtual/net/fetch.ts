/** One HTTP request as a state machine: what wget, curl and proxies share. Plain data, stepped. */
import { read, write, fileOf } from '../kernel/descriptors.js';
import { BLOCKED, ECONNREFUSED } from '../kernel/errors.js';
import type { Kernel } from '../kernel/kernel.js';
import { attach, close } from '../kernel/open-files.js';
import type { Process } from '../kernel/state.js';
import { parseHeaders } from './http.js';
import { resolveAll } from './resolve.js';
import { connect, connected } from './sockets.js';

export interface Url {
  scheme: string;
  host: string;
  port: number;
  path: string;
  user: string;
}

export interface Fetch {
  url: Url;
  ip: string;
  request: string;
  phase: 'resolve' | 'connect' | 'send' | 'head' | 'body' | 'end';
  fd: number;
  received: string;
  status: number;
  statusLine: string;
  headers: Record<string, string>;
  rawHeaders: string[];
  /** Bytes of the body still to come; -1: until the end of the connection. */
  left: number;
  /** -1: not chunked; else bytes left of the current chunk. */
  chunk: number;
  head: boolean;
}

export type FetchEvent =
  | { type: 'blocked' | 'ran' | 'resolved' | 'connected' | 'headers' | 'end' }
  | { type: 'data'; data: string }
  | { type: 'error'; reason: 'name' | 'connect' | 'broken'; error: number };

/** undefined: not a URL of http or https. */
export function parseUrl(text: string): Url | undefined {
  const found = /^(?:([a-z]+):\/\/)?(?:([^@/]*)@)?(\[[^\]]*\]|[^:/?#]*)(?::(\d+))?([^]*)$/i.exec(text);
  if (!found || found[3] === '') return undefined;
  const scheme = (found[1] ?? 'http').toLowerCase();
  if (scheme !== 'http' && scheme !== 'https') return undefined;
  const path = found[5] === '' ? '/' : found[5]!.startsWith('/') ? found[5]! : `/${found[5]!}`;
  return { scheme, host: found[3]!.replace(/^\[|\]$/g, ''), port: Number(found[4] ?? (scheme === 'https' ? 443 : 80)), path: path.replace(/#.*/, ''), user: found[2] ?? '' };
}

export function newFetch(url: Url, request: string, head = false): Fetch {
  return { url, ip: '', request, phase: 'resolve', fd: -1, received: '', status: 0, statusLine: '', headers: {}, rawHeaders: [], left: -1, chunk: -1, head };
}

export function stepFetch(k: Kernel, p: Process, f: Fetch): FetchEvent {
  switch (f.phase) {
    case 'resolve': {
      const [ip] = resolveAll(k, p, f.url.host);
      if (ip === undefined) return { type: 'error', reason: 'name', error: 0 };
      f.ip = ip;
      f.phase = 'connect';
      return { type: 'resolved' };
    }
    case 'connect':
      return stepConnect(k, p, f);
    case 'send': {
      const written = write(k, p, f.fd, f.request.length > 65_536 ? f.request.slice(0, 65_536) : f.request);
      if (written === BLOCKED) return { type: 'blocked' };
      if (written < 0) return { type: 'error', reason: 'broken', error: written };
      f.request = f.request.slice(written);
      if (f.request === '') f.phase = 'head';
      return { type: 'ran' };
    }
    case 'head':
    case 'body':
      return receive(k, p, f);
    case 'end':
      return { type: 'end' };
  }
}

function stepConnect(k: Kernel, p: Process, f: Fetch): FetchEvent {
  if (f.fd < 0) {
    const id = connect(k, f.ip, f.url.port);
    if (id < 0) return { type: 'error', reason: 'connect', error: id };
    f.fd = attach(k, p, id, 3);
    return { type: 'ran' };
  }
  const file = fileOf(k, p, f.fd);
  const state = file?.kind === 'socket' ? connected(p, file) : ECONNREFUSED;
  if (state === BLOCKED) return { type: 'blocked' };
  if (state < 0) return { type: 'error', reason: 'connect', error: state };
  f.phase = 'send';
  return { type: 'connected' };
}

function receive(k: Kernel, p: Process, f: Fetch): FetchEvent {
  if (f.phase === 'head' || f.received === '' || (f.chunk >= 0 && !f.received.includes('\n') && f.chunk === 0)) {
    const data = read(k, p, f.fd);
    if (data === BLOCKED) return { type: 'blocked' };
    if (typeof data === 'number' || data === '') {
      if (f.phase === 'head') return { type: 'error', reason: 'broken', error: typeof data === 'number' ? data : 0 };
      return finished(k, p, f);
    }
    f.received += data;
  }
  if (f.phase === 'head') return takeHead(k, p, f);
  return takeBody(k, p, f);
}

function takeHead(k: Kernel, p: Process, f: Fetch): FetchEvent {
  const end = /\r?\n\r?\n/.exec(f.received);
  if (!end) return f.received.length > 65_536 ? { type: 'error', reason: 'broken', error: 0 } : { type: 'ran' };
  const [statusLine = '', ...lines] = f.received.slice(0, end.index).split(/\r?\n/);
  f.received = f.received.slice(end.index + end[0].length);
  f.statusLine = statusLine;
  f.status = Number(/^HTTP\/\S+ (\d+)/.exec(statusLine)?.[1] ?? 0);
  f.rawHeaders = lines;
  f.headers = parseHeaders(lines);
  if (f.headers['transfer-encoding']?.toLowerCase() === 'chunked') f.chunk = 0;
  else if (f.headers['content-length'] !== undefined) f.left = Number(f.headers['content-length']);
  if (f.status === 100) return { type: 'ran' };
  f.phase = 'body';
  if (f.head || f.status === 204 || f.status === 304 || f.left === 0) finished(k, p, f);
  return { type: 'headers' };
}

function takeBody(k: Kernel, p: Process, f: Fetch): FetchEvent {
  if (f.chunk >= 0) {
    if (f.chunk === 0) {
      const line = /^(?:\r?\n)?([0-9a-fA-F]+)[^\n]*\n/.exec(f.received);
      if (!line) return { type: 'ran' };
      f.received = f.received.slice(line[0].length);
      f.chunk = parseInt(line[1]!, 16);
      return f.chunk === 0 ? finished(k, p, f) : { type: 'ran' };
    }
    const data = f.received.slice(0, f.chunk);
    f.received = f.received.slice(data.length);
    f.chunk -= data.length;
    return { type: 'data', data };
  }
  const data = f.left >= 0 ? f.received.slice(0, f.left) : f.received;
  f.received = '';
  if (f.left >= 0) {
    f.left -= data.length;
    if (f.left === 0) finished(k, p, f);
  }
  return { type: 'data', data };
}

function finished(k: Kernel, p: Process, f: Fetch): FetchEvent {
  close(k, p, f.fd);
  f.fd = -1;
  f.phase = 'end';
  return { type: 'end' };
}

/** Ends it wherever it is. */
export function abandon(k: Kernel, p: Process, f: Fetch): void {
  if (f.fd >= 0) close(k, p, f.fd);
  f.fd = -1;
  f.phase = 'end';
}
