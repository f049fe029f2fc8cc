import { Agent, request as httpRequest, type IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import { statuses, KINDS, type Resources } from '#apiserver';
import type { Node, Pod } from '#objects';

/** Where a node's streaming server listens. */
export interface NodeAddress {
  node: string;
  host: string;
  port: number;
}

/** The address that a node has put on its Node object. @throws ApiError */
export async function streamingAddress(resources: Resources, node: string): Promise<NodeAddress> {
  const { status } = (await resources.get(KINDS.Node, '', node)) as unknown as Node;
  const addressOf = (wanted: string) => status?.addresses?.find(({ type }) => type === wanted)?.address;
  // The internal one may be for pods alone.
  const host = addressOf('ExternalIP') ?? addressOf('InternalIP');
  const port = status?.daemonEndpoints?.kubeletEndpoint?.Port;
  if (!host || !port) throw statuses.unavailable(`node ${node} has not said where its logs and streams are served`);
  return { node, host, port };
}

/** The path of the streaming server for a container. */
export const streamPath = (kind: 'containerLogs' | 'exec' | 'attach', pod: Pod, container: string, query: URLSearchParams): string =>
  `/${kind}/${pod.metadata.namespace}/${pod.metadata.name}/${container}?${query.toString()}`;

const bearer = (secret: string) => `Bearer ${secret}`;
const unreachable = ({ node, host, port }: NodeAddress, error: Error) =>
  statuses.unavailable(`node ${node} cannot be reached at ${host}:${port}: ${error.message}; is its worker running?`);

const agent = new Agent({ keepAlive: false });

/** A GET to the streaming server. The answer is to be read or destroyed. @throws ApiError: it cannot be reached, or says no. */
export const getFromNode = (address: NodeAddress, path: string, secret: string, signal: AbortSignal): Promise<IncomingMessage> => ask('GET', address, path, secret, signal);

/** A POST without a body. The same otherwise. @throws ApiError */
export const postToNode = (address: NodeAddress, path: string, secret: string): Promise<IncomingMessage> => ask('POST', address, path, secret);

function ask(method: string, address: NodeAddress, path: string, secret: string, signal?: AbortSignal): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const { host, port } = address;
    const request = httpRequest({ method, host, port, path, agent, ...(signal && { signal }), headers: { authorization: bearer(secret) } });
    request.once('error', (error) => reject(unreachable(address, error)));
    request.once('response', (answer) => {
      if (answer.statusCode === 200) return resolve(answer);
      textOf(answer).then((text) => reject(answer.statusCode === 400 ? statuses.badRequest(text) : statuses.internal(`node ${address.node} answers ${answer.statusCode}: ${text}`)), reject);
    });
    request.end();
  });
}

async function textOf(answer: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of answer.setEncoding('utf8')) text += chunk as string;
  return text;
}

/** Of a client's upgrade request, the headers that make it one; all others (its own credentials above all) stay here. */
const CARRIED = /^(?:upgrade|sec-websocket-.+|x-stream-protocol-version|content-length)$/i;

/** Connects to the streaming server and sends it the client's upgrade request, with the secret added. What comes back is the answer, byte by byte. */
export function upgradeAtNode(address: NodeAddress, path: string, secret: string, client: IncomingMessage): Promise<Socket> {
  const lines = [`${client.method} ${path} HTTP/1.1`, `Host: ${address.host}:${address.port}`, 'Connection: Upgrade', `Authorization: ${bearer(secret)}`];
  for (let at = 0; at + 1 < client.rawHeaders.length; at += 2) {
    if (CARRIED.test(client.rawHeaders[at]!)) lines.push(`${client.rawHeaders[at]}: ${client.rawHeaders[at + 1]}`);
  }
  return new Promise((resolve, reject) => {
    const socket = connect(address.port, address.host);
    socket.once('error', (error) => reject(unreachable(address, error)));
    socket.once('connect', () => {
      socket.setNoDelay(true);
      socket.write(`${lines.join('\r\n')}\r\n\r\n`);
      resolve(socket);
    });
  });
}
