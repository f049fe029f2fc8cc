/** Runs a command through a node's streaming server, as a client of its own, and collects what comes of it. */
import type { IncomingMessage } from 'node:http';
import { WebSocket, type RawData } from 'ws';
import { ApiError, statuses, type Status } from '#apiserver';
import type { Clock } from '#clock';
import { CHANNEL, CHANNEL_PROTOCOLS, frame } from '#streams';
import type { NodeAddress } from './node-streams.js';

export interface ExecRequest {
  container?: string;
  command: string[];
  stdin?: string;
  /** Real time. */
  timeoutMs: number;
  /** Of each stream this much and one byte more is kept. */
  limitBytes: number;
}

export interface ExecEnd {
  /** null: the time was over. */
  exitCode: number | null;
  timedOut: boolean;
  stdout: Buffer;
  stderr: Buffer;
}

/** @throws ApiError: it could not be started, or its node is not there any more */
export function execAtNode({ node, host, port }: NodeAddress, path: string, secret: string, request: ExecRequest, clock: Clock): Promise<ExecEnd> {
  const [protocol] = CHANNEL_PROTOCOLS;
  const socket = new WebSocket(`ws://${host}:${port}${path}`, protocol, { headers: { authorization: `Bearer ${secret}` } });
  const kept: Record<number, Kept> = { [CHANNEL.stdout]: new Kept(request.limitBytes + 1), [CHANNEL.stderr]: new Kept(request.limitBytes + 1), [CHANNEL.error]: new Kept(64 * 1024) };
  let timedOut = false;
  return new Promise((resolve, reject) => {
    const cancel = clock.at(clock.now() + request.timeoutMs, () => {
      timedOut = true;
      socket.terminate();
    });
    const fail = (error: unknown) => {
      cancel();
      reject(error);
      socket.terminate();
    };
    socket.on('unexpected-response', (_request, response: IncomingMessage) => void textOf(response).then((text) => fail(refusal(node, response.statusCode ?? 500, text)), fail));
    socket.on('error', (error) => timedOut || fail(statuses.unavailable(`node ${node} cannot be reached at ${host}:${port}: ${error.message}; is its worker running?`)));
    socket.on('open', () => {
      if (request.stdin === undefined) return;
      if (request.stdin !== '') socket.send(frame(CHANNEL.stdin, request.stdin));
      socket.send(frame(CHANNEL.close, Buffer.from([CHANNEL.stdin])));
    });
    socket.on('message', (data: RawData) => {
      const message = data as Buffer;
      kept[message[0]!]?.add(message.subarray(1));
    });
    socket.on('close', () => {
      cancel();
      const streams = { stdout: kept[CHANNEL.stdout]!.bytes, stderr: kept[CHANNEL.stderr]!.bytes };
      if (timedOut) return resolve({ exitCode: null, timedOut, ...streams });
      try {
        resolve({ exitCode: exitCodeOf(node, kept[CHANNEL.error]!.bytes.toString('utf8')), timedOut, ...streams });
      } catch (error) {
        reject(error);
      }
    });
  });
}

/** The beginning of what comes. */
class Kept {
  private readonly chunks: Buffer[] = [];
  private size = 0;

  constructor(private readonly limit: number) {}

  add(chunk: Buffer): void {
    const part = chunk.subarray(0, this.limit - this.size);
    if (part.length === 0) return;
    this.chunks.push(Buffer.from(part));
    this.size += part.length;
  }

  get bytes(): Buffer {
    return Buffer.concat(this.chunks);
  }
}

/** How the command ended, by the Status on the error channel. @throws ApiError: it never ran */
function exitCodeOf(node: string, text: string): number {
  if (text === '') throw statuses.unavailable(`the connection to node ${node} broke off before the command had ended`);
  const status = JSON.parse(text) as Partial<Status>;
  if (status.status === 'Success') return 0;
  const code = status.details?.causes?.find(({ reason }) => reason === 'ExitCode')?.message;
  if (code === undefined) throw new ApiError({ apiVersion: 'v1', kind: 'Status', metadata: {}, status: 'Failure', reason: 'InternalError', code: 500, ...status });
  return Number(code);
}

/** The node says no before anything runs; a container that is not there, or not running, is the client's to mend. */
function refusal(node: string, code: number, text: string): ApiError {
  const message = messageIn(text);
  return code === 400 || message.startsWith('container not found') ? statuses.badRequest(message) : statuses.internal(`node ${node} answers ${code}: ${message}`);
}

function messageIn(text: string): string {
  return text.startsWith('{') ? ((JSON.parse(text) as Partial<Status>).message ?? text) : text;
}

async function textOf(answer: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of answer.setEncoding('utf8')) text += chunk as string;
  return text;
}
