/** httpGet probes. Source: DoHTTPProbe in pkg/probe/http/http.go, NewRequestForHTTPGetAction in request.go. */
import { request } from 'node:http';
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import type { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import type { Probe } from './run-probes.js';
import { dialed, expectOwnHost, TIMED_OUT, within } from './target.js';
import type { Answer, ProbeTarget } from './target.js';

type HttpGet = NonNullable<Probe['httpGet']>;
type HttpTarget = Pick<ProbeTarget, 'runtime' | 'clock' | 'sandboxId' | 'podIP'> & { port: number; timeoutMs: number };

/** Source: maxRespBodyLength in pkg/probe/http/http.go. */
const MOST_BODY = 10 * 1024;
/** As Go's http client. */
const MOST_REDIRECTS = 10;

export async function askHttp(action: HttpGet, target: HttpTarget): Promise<Answer> {
  expectOwnHost(action.host, target.podIP);
  const first = urlOf(action, target);
  const abort = new AbortController();
  const exchanged = await within(target.clock, target.timeoutMs, () => exchange(first, headersOf(action, target, 'kube-probe/1.35'), target, abort.signal));
  if (exchanged !== TIMED_OUT) return 'reply' in exchanged ? verdictOf(exchanged.reply) : { result: 'failure', output: exchanged.error };
  abort.abort();
  return { result: 'failure', output: failed(first, target.port, 'context deadline exceeded (Client.Timeout exceeded while awaiting headers)') };
}

export function urlOf(action: HttpGet, { podIP, port }: Pick<HttpTarget, 'podIP' | 'port'>, scheme = action.scheme): URL {
  const path = action.path?.startsWith('/') ? action.path : `/${action.path ?? ''}`;
  return new URL(path, `${scheme === 'HTTPS' ? 'https' : 'http'}://${podIP}:${port}`);
}

/** Go's words, which name the port as the probe does. */
const failed = (url: URL, port: number, why: string): string =>
  `Get "${url.protocol}//${url.hostname}:${url.port || port}${url.pathname}${url.search}": ${why}`;

export function headersOf(action: HttpGet, { podIP, port }: Pick<HttpTarget, 'podIP' | 'port'>, agent: string): OutgoingHttpHeaders {
  const headers: Record<string, string | string[]> = { host: `${podIP}:${port}`, 'user-agent': agent, accept: '*/*', connection: 'close' };
  const own = new Set<string>();
  for (const { name, value } of action.httpHeaders ?? []) {
    const key = name.toLowerCase();
    const before = own.has(key) ? headers[key] : undefined;
    own.add(key);
    // An empty value takes a header away that would be sent otherwise.
    if (value === '' && (key === 'user-agent' || key === 'accept')) delete headers[key];
    else headers[key] = before === undefined || key === 'host' ? value : [before, value].flat();
  }
  return headers;
}

/** `plain`: the server does not speak TLS. */
export type Exchanged = { reply: Reply } | { error: string; plain?: boolean };

/** Asks, and follows redirects as long as they stay on the host. */
export async function exchange(first: URL, headers: OutgoingHttpHeaders, target: Pick<HttpTarget, 'runtime' | 'sandboxId' | 'podIP'>, signal: AbortSignal): Promise<Exchanged> {
  let url = first;
  for (let redirects = 0; ; redirects++) {
    const port = Number(url.port || (url.protocol === 'https:' ? 443 : 80));
    const connection = await dialed(target.runtime, target.sandboxId, port);
    if (!connection) return { error: failed(url, port, `dial tcp ${target.podIP}:${port}: connect: connection refused`) };
    if (signal.aborted) {
      connection.destroy();
      return { error: failed(url, port, 'aborted') };
    }
    let reply: Reply;
    try {
      reply = await get(url, headers, connection, signal);
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code !== undefined && NOT_TLS.has(code)) return { error: failed(url, port, 'http: server gave HTTP response to HTTPS client'), plain: true };
      return { error: failed(url, port, code === 'ECONNRESET' ? 'EOF' : message) };
    } finally {
      connection.destroy();
    }
    const next = reply.code >= 300 && reply.code < 400 && reply.code !== 304 && reply.headers.location ? new URL(reply.headers.location, url) : undefined;
    if (!next || next.hostname !== first.hostname || !/^https?:$/.test(next.protocol)) return { reply };
    if (redirects >= MOST_REDIRECTS - 1) return { error: failed(next, port, `stopped after ${MOST_REDIRECTS} redirects`) };
    url = next;
  }
}

/** What OpenSSL makes of an answer in plain HTTP. */
const NOT_TLS = new Set(['ERR_SSL_WRONG_VERSION_NUMBER', 'ERR_SSL_PACKET_LENGTH_TOO_LONG', 'EPROTO']);

interface Reply {
  code: number;
  headers: IncomingHttpHeaders;
  body: string;
}

function verdictOf({ code, body }: Reply): Answer {
  if (code < 200 || code >= 400) return { result: 'failure', output: `HTTP probe failed with statuscode: ${code}` };
  return code < 300 ? { result: 'success', output: body } : { result: 'warning', output: `Probe terminated redirects, Response body: ${body}` };
}

function get(url: URL, headers: OutgoingHttpHeaders, connection: Duplex, signal: AbortSignal): Promise<Reply> {
  return new Promise((resolve, reject) => {
    // Certificates are not checked, as by the kubelet.
    const socket = url.protocol === 'https:' ? connectTls({ socket: connection, rejectUnauthorized: false }) : connection;
    socket.on('error', reject);
    const sent = request({ path: `${url.pathname}${url.search}`, headers, signal, createConnection: () => socket as never }, (answer) => {
      const chunks: Buffer[] = [];
      let length = 0;
      const done = () => resolve({ code: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(chunks).subarray(0, MOST_BODY).toString() });
      answer.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        if ((length += chunk.length) >= MOST_BODY) done();
      });
      answer.once('end', done);
      answer.on('error', reject);
    });
    sent.on('error', reject);
    sent.end();
  });
}
