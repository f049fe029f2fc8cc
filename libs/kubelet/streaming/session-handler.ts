import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { WebSocketServer } from 'ws';
import { answerUpgrade, chooseProtocol, failureStatus, offeredProtocols, refuseUpgrade, serveSession, spdyNotServed, upgradeKind } from '#streams';
import type { StreamingRequest } from './request.js';
import type { StreamingPod, StreamingServerOptions } from './types.js';

type SessionRequest = Extract<StreamingRequest, { type: 'exec' | 'attach' }>;

/** Answers an upgrade to /exec/.. or /attach/..; what can be refused is refused before the upgrade, so that clients can show it. */
export async function serveSessionUpgrade(
  request: SessionRequest,
  pod: StreamingPod,
  server: StreamingServerOptions,
  channels: WebSocketServer,
  upgrade: { message: IncomingMessage; socket: Duplex; head: Buffer },
): Promise<void> {
  const { message, socket, head } = upgrade;
  const containers = await server.runtime.listContainers({ podUid: pod.uid });
  const container = containers.find((one) => one.metadata.name === request.container && one.state === 'RUNNING');
  // Wording and code of the kubelet: kubectl prints `unable to upgrade connection: container not found ("x")`.
  if (!container) return answerUpgrade(socket, 500, 'text/plain', `container not found ("${request.container}")`);
  const refusal = refusalOf(request, message);
  if (refusal) return refuseUpgrade(socket, refusal);
  const protocol = chooseProtocol(offeredProtocols(message.headers));
  if (!protocol) return refuseUpgrade(socket, failureStatus(400, 'BadRequest', 'none of the offered websocket subprotocols is served: use v5.channel.k8s.io or v4.channel.k8s.io'));

  const { tty, stdin, stdout, stderr, command } = request;
  const exec = request.type === 'exec';
  channels.handleUpgrade(message, socket, head, (webSocket) => {
    const begin = exec
      ? server.runtime.exec(container.id, { command, tty, stdin, stdout, stderr })
      : server.runtime.attach(container.id, { tty, stdin, stdout, stderr });
    const failure = exec ? 'error executing command in container' : 'error attaching to container';
    void serveSession(webSocket, begin, { protocol, tty, reportExit: exec, failure });
  });
}

function refusalOf(request: SessionRequest, message: IncomingMessage) {
  if (request.type === 'exec' && request.command.length === 0) return failureStatus(400, 'BadRequest', 'you must specify at least 1 command');
  if (!request.stdin && !request.stdout && !request.stderr) {
    return failureStatus(400, 'BadRequest', 'you must specify at least 1 of stdin, stdout, stderr');
  }
  return upgradeKind(message.headers) === 'spdy' ? spdyNotServed(request.type) : undefined;
}
