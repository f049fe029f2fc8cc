import type { Duplex } from 'node:stream';
import { RuntimeError } from '#runtime';
import type { Bytes, MachineOutput } from '../kernel/machine.js';
import { ConnectionStream } from './connection-stream.js';
import { Outflow } from './flow.js';
import type { Host } from './host.js';
import { NodeNetwork } from './node-network.js';
import { threadOf } from './pods.js';
import type { ThreadLink } from './thread-link.js';

/** One end of a connection that a thread's machine holds, seen from outside. */
interface Peer {
  opened(): void;
  refused(): void;
  data(data: Bytes): void;
  ended(): void;
  /** What was sent to it has been taken. */
  credit(bytes: number): void;
  lost(): void;
}

/**
 * Connections into sandboxes (dial), and between pods of different threads or nodes. The two ends of a relay pass each other's bytes and
 * credits on as they come; nothing is kept here.
 */
export class Connections {
  /** By thread and the connection's id there. */
  private readonly peers = new Map<ThreadLink, Map<string, Peer>>();
  private last = 0;
  /** What listens at this node's own address. */
  readonly node: NodeNetwork;

  constructor(
    private readonly host: Host,
    private readonly connectRemote?: (target: { ip: string; port: number; fromIp: string }) => Promise<Duplex>,
  ) {
    this.node = new NodeNetwork(host.clock, { toPod: (target) => this.connectPod(target), toSandbox: (id, port) => this.dial(id, port) });
  }

  /** @throws RuntimeError NOT_RUNNING, CONNECTION_REFUSED. */
  async dial(sandboxId: string, port: number, to: 'address' | 'localhost' = 'address'): Promise<Duplex> {
    const { pod, info } = this.host.pods.sandbox(sandboxId);
    if (info.state !== 'READY') throw new RuntimeError('NOT_RUNNING', `sandbox container "${sandboxId}" is not running`);
    const thread = threadOf(pod);
    const fromIp = to === 'localhost' ? '127.0.0.1' : this.host.nodeIp;
    return this.open(thread, `port ${port} of sandbox ${sandboxId}`, (connection) => thread.send({ type: 'dial', connection, sandboxId, port, fromIp }));
  }

  /** A connection that comes from another node. */
  async acceptRemote(target: { ip: string; port: number; fromIp: string }): Promise<Duplex> {
    if (target.ip === this.host.nodeIp) return this.node.connect(target.port, target.fromIp);
    return this.accept(target);
  }

  private async accept(target: { ip: string; port: number; fromIp: string }): Promise<Duplex> {
    const thread = this.threadAt(target.ip);
    if (!thread) throw new RuntimeError('NOT_FOUND', `no pod of this node has the address ${target.ip}`);
    return this.open(thread, `${target.ip}:${target.port}`, (connection) => thread.send({ type: 'accept', connection, ...target }));
  }

  handle(thread: ThreadLink, output: MachineOutput): void {
    switch (output.type) {
      case 'connect-out':
        return this.connectOut(thread, output);
      case 'remote-data':
        return this.peer(thread, output.connection)?.data(output.data);
      case 'remote-end':
        return this.peer(thread, output.connection)?.ended();
      case 'credit':
        return this.peer(thread, output.of)?.credit(output.bytes);
      case 'dialled': {
        const peer = this.peer(thread, output.connection);
        if (output.event === 'open') return peer?.opened();
        if (output.event === 'data') return peer?.data(output.data ?? '');
        if (output.event === 'end') return peer?.ended();
        this.forget(thread, output.connection);
        return peer?.refused();
      }
    }
  }

  lost(thread: ThreadLink): void {
    const peers = this.peers.get(thread);
    this.peers.delete(thread);
    for (const peer of peers?.values() ?? []) peer.lost();
  }

  private open(thread: ThreadLink, to: string, begin: (connection: string) => void): Promise<Duplex> {
    const id = this.nextId();
    return new Promise((resolve, reject) => {
      const duplex = new ConnectionStream(thread, id, () => this.forget(thread, id));
      this.register(thread, id, {
        opened: () => resolve(duplex),
        refused: () => reject(new RuntimeError('CONNECTION_REFUSED', `connect to ${to}: connection refused`)),
        data: (data) => duplex.deliver(data),
        ended: () => void duplex.push(null),
        credit: (bytes) => duplex.outflow.credit(bytes),
        lost: () => {
          const error = new RuntimeError('UNAVAILABLE', `the connection to ${to} is lost: the pod's thread is gone`);
          reject(error);
          duplex.destroy(error);
        },
      });
      begin(id);
    });
  }

  private async connectPod(target: { ip: string; port: number; fromIp: string }): Promise<Duplex> {
    if (this.threadAt(target.ip)) return this.accept(target);
    if (!this.connectRemote) throw new RuntimeError('NOT_FOUND', `no pod of this node has the address ${target.ip}`);
    return this.connectRemote(target);
  }

  private connectOut(from: ThreadLink, { connection, fromIp, ip, port }: Extract<MachineOutput, { type: 'connect-out' }>): void {
    const refused = (error: 'ECONNREFUSED' | 'EHOSTUNREACH') => from.send({ type: 'remoteRefused', connection, error });
    const to = this.threadAt(ip);
    if (to) return this.relay(from, connection, to, { fromIp, ip, port });
    const connecting = ip === this.host.nodeIp ? this.node.connect(port, fromIp) : this.connectRemote?.({ ip, port, fromIp });
    if (!connecting) return refused('EHOSTUNREACH');
    connecting.then(
      (socket) => this.bridge(from, connection, socket),
      (error: unknown) => refused(error instanceof RuntimeError && error.code === 'CONNECTION_REFUSED' ? 'ECONNREFUSED' : 'EHOSTUNREACH'),
    );
  }

  /** Between two threads of this node. */
  private relay(from: ThreadLink, fromId: string, to: ThreadLink, target: { fromIp: string; ip: string; port: number }): void {
    const toId = this.nextId();
    const endFrom = () => from.send({ type: 'remoteEnd', connection: fromId });
    const endTo = () => to.send({ type: 'endDialled', connection: toId });
    let open = 2;
    const ended = (tell: () => void) => () => {
      tell();
      if (--open > 0) return;
      this.forget(from, fromId);
      this.forget(to, toId);
    };
    const dropped = (tell: () => void) => () => {
      tell();
      this.forget(from, fromId);
      this.forget(to, toId);
    };
    this.register(from, fromId, {
      opened: () => undefined,
      refused: () => undefined,
      data: (data) => to.send({ type: 'sendDialled', connection: toId, data }),
      ended: ended(endTo),
      credit: (bytes) => to.send({ type: 'credit', of: toId, bytes }),
      lost: dropped(endTo),
    });
    this.register(to, toId, {
      opened: () => from.send({ type: 'remoteOpen', connection: fromId }),
      refused: dropped(() => from.send({ type: 'remoteRefused', connection: fromId, error: 'ECONNREFUSED' })),
      data: (data) => from.send({ type: 'remoteData', connection: fromId, data }),
      ended: ended(endFrom),
      credit: (bytes) => from.send({ type: 'credit', of: fromId, bytes }),
      lost: dropped(endFrom),
    });
    to.send({ type: 'accept', connection: toId, ...target });
  }

  /** Between a thread and another node. */
  private bridge(thread: ThreadLink, id: string, socket: Duplex): void {
    const outflow = new Outflow((data) => thread.send({ type: 'remoteData', connection: id, data }));
    this.register(thread, id, {
      opened: () => undefined,
      refused: () => undefined,
      data: (data) => void socket.write(Buffer.from(data, 'latin1'), () => thread.send({ type: 'credit', of: id, bytes: data.length })),
      ended: () => void socket.end(),
      credit: (bytes) => outflow.credit(bytes),
      lost: () => void socket.destroy(),
    });
    thread.send({ type: 'remoteOpen', connection: id });
    socket.on('data', (chunk: Buffer) => {
      socket.pause();
      outflow.write(chunk.toString('latin1'), () => socket.resume());
    });
    socket.on('end', () => thread.send({ type: 'remoteEnd', connection: id }));
    socket.on('error', (error) => this.host.warn(`connection to another node: ${error.message}`));
    socket.on('close', () => {
      thread.send({ type: 'remoteEnd', connection: id });
      this.forget(thread, id);
    });
  }

  /** The thread of the pod that has the address now. */
  private threadAt(ip: string): ThreadLink | undefined {
    const sandbox = this.host.pods.byIp.get(ip);
    return sandbox?.info.state === 'READY' ? sandbox.pod.thread : undefined;
  }

  private peer(thread: ThreadLink, id: string): Peer | undefined {
    return this.peers.get(thread)?.get(id);
  }

  private register(thread: ThreadLink, id: string, peer: Peer): void {
    const peers = this.peers.get(thread) ?? new Map<string, Peer>();
    this.peers.set(thread, peers);
    peers.set(id, peer);
  }

  private forget(thread: ThreadLink, id: string): void {
    this.peers.get(thread)?.delete(id);
  }

  private nextId(): string {
    return `host-${++this.last}`;
  }
}
