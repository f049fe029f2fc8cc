/** The little of HTTP/1.1 that the virtual servers and clients share. Bytes in, bytes out. */
import type { Bytes } from '../kernel/machine.js';

export interface Request {
  method: string;
  target: string;
  version: string;
  /** By lower-case name. */
  headers: Record<string, string>;
  body: Bytes;
}

export const REASONS: Record<number, string> = {
  200: 'OK', 201: 'Created', 202: 'Accepted', 204: 'No Content', 301: 'Moved Permanently', 302: 'Found', 304: 'Not Modified', 400: 'Bad Request', 403: 'Forbidden',
  401: 'Unauthorized', 404: 'Not Found', 405: 'Not Allowed', 409: 'Conflict', 408: 'Request Time-out', 413: 'Request Entity Too Large', 500: 'Internal Server Error', 501: 'Not Implemented',
  429: 'Too Many Requests', 502: 'Bad Gateway', 503: 'Service Unavailable', 504: 'Gateway Time-out',
};

export function parseHeaders(lines: string[]): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (colon > 0) headers[line.slice(0, colon).trim().toLowerCase()] = line.slice(colon + 1).trim();
  }
  return headers;
}

/** undefined: not complete yet. A request line that can't be read has method ''. */
export function parseRequest(received: Bytes): Request | undefined {
  const end = /\r?\n\r?\n/.exec(received);
  if (!end) return undefined;
  const [first = '', ...lines] = received.slice(0, end.index).split(/\r?\n/);
  const headers = parseHeaders(lines);
  const length = Number(headers['content-length'] ?? 0) || 0;
  const start = end.index + end[0].length;
  if (received.length < start + length) return undefined;
  const [method = '', target = '', version = 'HTTP/1.0'] = first.split(' ');
  return { method: target === '' ? '' : method, target, version, headers, body: received.slice(start, start + length) };
}

export function response(status: number, headers: Record<string, string>, body: Bytes, method = 'GET'): Bytes {
  const lines = [`HTTP/1.1 ${status} ${REASONS[status] ?? 'Unknown'}`];
  for (const [name, value] of Object.entries(headers)) lines.push(`${name}: ${value}`);
  lines.push(`Content-Length: ${body.length}`);
  return `${lines.join('\r\n')}\r\n\r\n${method === 'HEAD' ? '' : body}`;
}

export function httpDate(ms: number): string {
  return new Date(ms).toUTCString();
}
