/** grpc probes: the health protocol (grpc.health.v1.Health/Check) over a connection into the pod. Source: pkg/probe/grpc/grpc.go. */
import { connect, constants } from 'node:http2';
import type { IncomingHttpHeaders } from 'node:http2';
import type { Duplex } from 'node:stream';
import { goDuration } from '#objects';
import protobuf from 'protobufjs/light.js';
import type { Probe } from './run-probes.js';
import { dialed, TIMED_OUT, within } from './target.js';
import type { Answer, ProbeTarget } from './target.js';

type Grpc = NonNullable<Probe['grpc']>;
type GrpcTarget = Pick<ProbeTarget, 'runtime' | 'clock' | 'sandboxId' | 'podIP'> & { timeoutMs: number };

const REQUEST = new protobuf.Type('HealthCheckRequest').add(new protobuf.Field('service', 1, 'string'));
const RESPONSE = new protobuf.Type('HealthCheckResponse').add(new protobuf.Field('status', 1, 'int32'));
const STATUS_NAMES = ['UNKNOWN', 'SERVING', 'NOT_SERVING', 'SERVICE_UNKNOWN'];
const SERVING = 1;

const OK = 0;
const DEADLINE_EXCEEDED = 4;
const UNIMPLEMENTED = 12;
const UNKNOWN = 2;

/** A message's frame: not compressed, its length, itself. */
const FRAME = 5;
/** An answer is two bytes; what is longer is none. */
const MOST_ANSWER = 64 * 1024;

export async function askGrpc({ port, service = '' }: Grpc, target: GrpcTarget): Promise<Answer> {
  const { runtime, clock, sandboxId, podIP, timeoutMs } = target;
  const address = `${podIP}:${port}`;
  const timeout = goDuration(timeoutMs);
  const unreached = `timeout: failed to connect service "${address}" within ${timeout}: context deadline exceeded`;
  const abort = new AbortController();
  let reached = false;
  const answer = await within(clock, timeoutMs, async (): Promise<Answer> => {
    const connection = await dialed(runtime, sandboxId, port);
    // A grpc client tries again until its time is over: what it then says is this.
    if (!connection) return { result: 'failure', output: unreached };
    reached = true;
    return verdictOf(await check(connection, address, service, abort.signal), timeout);
  });
  if (answer !== TIMED_OUT) return answer;
  abort.abort();
  return { result: 'failure', output: reached ? `timeout: health rpc did not complete within ${timeout}` : unreached };
}

interface Reply {
  code: number;
  message: string;
  body: Buffer;
}

function verdictOf({ code, message, body }: Reply, timeout: string): Answer {
  if (code === UNIMPLEMENTED) {
    return { result: 'failure', output: `error: this server does not implement the grpc health protocol (grpc.health.v1.Health): ${message}` };
  }
  if (code === DEADLINE_EXCEEDED) return { result: 'failure', output: `timeout: health rpc did not complete within ${timeout}` };
  if (code !== OK) return { result: 'failure', output: `error: health rpc probe failed: rpc error: code = ${CODES[code] ?? `Code(${code})`} desc = ${message}` };
  const { status = 0 } = RESPONSE.decode(body.subarray(FRAME)) as { status?: number };
  if (status !== SERVING) return { result: 'failure', output: `service unhealthy (responded with "${STATUS_NAMES[status] ?? status}")` };
  return { result: 'success', output: 'service healthy' };
}

/** As Go writes them. Source: google.golang.org/grpc/codes. */
const CODES = [
  'OK', 'Canceled', 'Unknown', 'InvalidArgument', 'DeadlineExceeded', 'NotFound', 'AlreadyExists', 'PermissionDenied', 'ResourceExhausted',
  'FailedPrecondition', 'Aborted', 'OutOfRange', 'Unimplemented', 'Internal', 'Unavailable', 'DataLoss', 'Unauthenticated',
];
const UNAVAILABLE = 14;

/** One call. Never rejects: what goes wrong on the way is a status, as in every grpc client. */
function check(connection: Duplex, address: string, service: string, signal: AbortSignal): Promise<Reply> {
  return new Promise((resolve) => {
    const session = connect(`http://${address}`, { createConnection: () => connection });
    const end = (reply: Reply) => {
      resolve(reply);
      session.destroy();
      connection.destroy();
    };
    const lost = (error: Error) => end({ code: UNAVAILABLE, message: error.message, body: Buffer.alloc(0) });
    session.on('error', lost);
    connection.once('close', () => lost(new Error('connection closed')));
    signal.addEventListener('abort', () => lost(new Error('context canceled')), { once: true });
    const call = session.request({
      [constants.HTTP2_HEADER_METHOD]: 'POST',
      [constants.HTTP2_HEADER_PATH]: '/grpc.health.v1.Health/Check',
      'content-type': 'application/grpc',
      'user-agent': 'kube-probe/1.35',
      te: 'trailers',
    });
    let head: IncomingHttpHeaders & { ':status'?: number } = {};
    let tail: IncomingHttpHeaders = {};
    const chunks: Buffer[] = [];
    let length = 0;
    call.on('error', lost);
    call.on('response', (headers) => (head = headers));
    call.on('trailers', (headers) => (tail = headers));
    call.on('data', (chunk: Buffer) => {
      if ((length += chunk.length) <= MOST_ANSWER) chunks.push(chunk);
      else lost(new Error('the answer is too long'));
    });
    call.on('end', () => end(replyOf(head, { ...head, ...tail }, Buffer.concat(chunks))));
    call.end(framed(service));
  });
}

function replyOf(head: { ':status'?: number }, { 'grpc-status': status, 'grpc-message': message }: IncomingHttpHeaders, body: Buffer): Reply {
  if (head[':status'] !== 200) return { code: head[':status'] === 404 ? UNIMPLEMENTED : UNKNOWN, message: `unexpected HTTP status code received from server: ${head[':status']}`, body };
  if (status === undefined) return { code: UNKNOWN, message: 'the server closed the stream without a grpc status', body };
  return { code: Number(status), message: decodeURIComponent(String(message ?? '')), body };
}

function framed(service: string): Buffer {
  const message = REQUEST.encode({ service }).finish();
  const frame = Buffer.alloc(FRAME);
  frame.writeUInt32BE(message.length, 1);
  return Buffer.concat([frame, message]);
}
