import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { answerUpgrade, createChannelServer } from '#streams';
import { servePodConnection } from '../network/pod-network.js';
import { clockAnswer } from './clock-handler.js';
import { restartAnswer } from './restart-handler.js';
import { serveLog } from './log-handler.js';
import { bearsSecret, parseStreamingRequest, type StreamingRequest } from './request.js';
import { serveSessionUpgrade } from './session-handler.js';
import type { StreamingPod, StreamingServer, StreamingServerOptions } from './types.js';

const HOST = '127.0.0.1';

/** What a request comes to before anything is done for it. */
type Admission = { refused: { code: number; text: string } } | { request: StreamingRequest; pod: StreamingPod };

/**
 * Starts the node's internal streaming server on a free loopback port. It serves the kubelet's paths to the api processes, and to
 * nobody who does not bear the cluster's secret:
 * /clock/{namespace}, /restartSandbox/{namespace}/{pod}, /containerLogs/{namespace}/{pod}/{container}, /exec/{namespace}/{pod}/{container}, /attach/{namespace}/{pod}/{container}.
 */
export async function createStreamingServer(options: StreamingServerOptions): Promise<StreamingServer> {
  if (options.secret === '') throw new Error('the streaming server needs the secret of the cluster: an empty one would let everybody in');
  const report = options.onError ?? (() => undefined);
  const channels = createChannelServer();
  const upgraded = new Set<Duplex>();

  const server = createServer((message, response) => {
    answer(message, response, options).catch((error: unknown) => {
      report(error, message.url ?? '');
      if (response.headersSent) response.destroy();
      else sendText(response, 500, error instanceof Error ? error.message : String(error));
    });
  });
  server.on('upgrade', (message: IncomingMessage, socket: Duplex, head: Buffer) => {
    upgraded.add(socket);
    socket.once('close', () => upgraded.delete(socket));
    // A connection that breaks ends its session through 'close'.
    socket.on('error', () => socket.destroy());
    if (options.acceptRemote && servePodConnection(message, socket, head, options.secret, options.acceptRemote)) return;
    upgrade(message, socket, head).catch((error: unknown) => {
      report(error, message.url ?? '');
      answerUpgrade(socket, 500, 'text/plain', error instanceof Error ? error.message : String(error));
    });
  });

  async function upgrade(message: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const admission = await admit(message, options);
    if ('refused' in admission) return answerUpgrade(socket, admission.refused.code, 'text/plain', admission.refused.text);
    const { request, pod } = admission;
    if (request.type === 'log') return answerUpgrade(socket, 400, 'text/plain', 'logs are read with an ordinary GET');
    return serveSessionUpgrade(request, pod, options, channels, { message, socket, head });
  }

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, HOST, resolve);
  });
  return {
    address: HOST,
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
        for (const socket of upgraded) socket.destroy();
      }),
  };
}

async function answer(message: IncomingMessage, response: ServerResponse, options: StreamingServerOptions): Promise<void> {
  const isOurs = bearsSecret(message.headers.authorization, options.secret);
  const ofClock = options.settleClock && isOurs ? clockAnswer(message, response, options.settleClock) : undefined;
  if (ofClock) return ofClock;
  const ofRestart = options.restartSandbox && isOurs ? restartAnswer(message, response, options.restartSandbox) : undefined;
  if (ofRestart) return ofRestart;
  const admission = await admit(message, options);
  if ('refused' in admission) return sendText(response, admission.refused.code, admission.refused.text);
  if (admission.request.type !== 'log') return sendText(response, 400, 'Upgrade request required');
  return serveLog(admission.request, admission.pod, options, response);
}

async function admit(message: IncomingMessage, options: StreamingServerOptions): Promise<Admission> {
  if (!bearsSecret(message.headers.authorization, options.secret)) return refuse(401, 'Unauthorized');
  const request = parseStreamingRequest(message.url ?? '');
  if (!request) return refuse(404, 'page not found');
  const pod = await options.podLookup(request.namespace, request.pod);
  return pod ? { request, pod } : refuse(404, `pod ${request.pod} of namespace ${request.namespace} is not on this node`);
}

const refuse = (code: number, text: string): Admission => ({ refused: { code, text } });

function sendText(response: ServerResponse, code: number, text: string): void {
  response.writeHead(code, { 'Content-Type': 'text/plain' });
  response.end(text);
}
