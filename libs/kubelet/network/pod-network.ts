/** How pods of different nodes reach each other: a node connects to the other's streaming server, which connects on into its pod. */
import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { BlockList, connect, isIPv4 } from 'node:net';
import type { Duplex } from 'node:stream';
import type { KubeObject, Node } from '#objects';
import { RuntimeError } from '#runtime';
import type { Change } from '#store';
import { bearsSecret } from '../streaming/request.js';

export interface RemoteTarget {
  ip: string;
  port: number;
  /** The pod that connects. */
  fromIp: string;
}

/** Opens a connection into a pod of this node. @throws RuntimeError */
export type AcceptRemote = (target: RemoteTarget) => Promise<Duplex>;

interface Neighbour {
  pods: BlockList;
  address: string;
  port: number;
}

const PREFIX = '/podNetwork/';
const PROTOCOL = 'podbox-tcp';
const REFUSED = 'connection refused';

/** The other nodes, by the networks of their pods. */
export class PodNetwork {
  private readonly neighbours = new Map<string, Neighbour>();

  constructor(
    private readonly node: string,
    private readonly secret: string,
  ) {}

  load(nodes: KubeObject[]): void {
    for (const node of nodes) this.put(node);
  }

  apply(change: Change): void {
    if (change.key.kind !== 'Node') return;
    if (change.type === 'DELETED') this.neighbours.delete(change.key.name);
    else this.put(change.object);
  }

  /** A connection to a pod of another node. @throws RuntimeError CONNECTION_REFUSED, NOT_FOUND (no node has the address), UNAVAILABLE */
  connect(target: RemoteTarget): Promise<Duplex> {
    const neighbour = [...this.neighbours.values()].find(({ pods }) => isIPv4(target.ip) && pods.check(target.ip));
    if (!neighbour) return Promise.reject(new RuntimeError('NOT_FOUND', `no node has pods at ${target.ip}`));
    const { address, port } = neighbour;
    return new Promise((resolve, reject) => {
      const sent = request({
        host: address,
        port,
        path: `${PREFIX}${target.ip}/${target.port}?from=${target.fromIp}`,
        headers: { connection: 'Upgrade', upgrade: PROTOCOL, authorization: `Bearer ${this.secret}` },
        createConnection: () => connect({ host: address, port, allowHalfOpen: true }),
      });
      sent.once('upgrade', (_answer, socket, head) => {
        if (head.length > 0) socket.unshift(head);
        resolve(socket);
      });
      sent.once('response', (answer) => {
        answer.resume();
        const refused = answer.statusMessage === REFUSED;
        reject(new RuntimeError(refused ? 'CONNECTION_REFUSED' : 'UNAVAILABLE', `connect to ${target.ip}:${target.port}: ${answer.statusMessage}`));
      });
      sent.once('error', (error) => reject(new RuntimeError('UNAVAILABLE', `connect to ${target.ip}:${target.port}: ${error.message}`, { cause: error })));
      sent.end();
    });
  }

  private put(object: KubeObject): void {
    const { metadata, spec, status } = object as unknown as Node;
    const [network = '', bits = ''] = (spec?.podCIDR ?? '').split('/');
    const addressOf = (type: string) => status?.addresses?.find((one) => one.type === type)?.address;
    // The internal one may be for pods alone.
    const address = addressOf('ExternalIP') ?? addressOf('InternalIP');
    const port = status?.daemonEndpoints?.kubeletEndpoint?.Port;
    if (metadata.name === this.node || !isIPv4(network) || !address || !port) {
      this.neighbours.delete(metadata.name);
      return;
    }
    const pods = new BlockList();
    pods.addSubnet(network, Number(bits));
    this.neighbours.set(metadata.name, { pods, address, port });
  }
}

/** Answers another node's wish to connect to a pod here; false: the request is not one. */
export function servePodConnection(message: IncomingMessage, socket: Duplex, head: Buffer, secret: string, accept: AcceptRemote): boolean {
  const url = message.url ?? '';
  if (!url.startsWith(PREFIX)) return false;
  const refuse = (code: number, text: string) => socket.end(`HTTP/1.1 ${code} ${text}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
  if (!bearsSecret(message.headers.authorization, secret)) {
    refuse(401, 'Unauthorized');
    return true;
  }
  const { pathname, searchParams } = new URL(url, 'http://node');
  const [ip = '', port = ''] = pathname.slice(PREFIX.length).split('/');
  accept({ ip, port: Number(port), fromIp: searchParams.get('from') ?? '' }).then(
    (pod) => {
      socket.write(`HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: ${PROTOCOL}\r\n\r\n`);
      if (head.length > 0) pod.write(head);
      socket.pipe(pod).pipe(socket);
      socket.once('close', () => pod.destroy());
      pod.once('close', () => socket.end());
      pod.on('error', () => socket.destroy());
    },
    (error: unknown) => refuse(502, error instanceof RuntimeError && error.code === 'CONNECTION_REFUSED' ? REFUSED : 'no route to host'),
  );
  return true;
}
