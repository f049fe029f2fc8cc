import { createServer, type Server, type Socket } from 'node:net';
import type { Clock } from '#clock';
import type { NodeNetwork } from './node-network.js';

const LOOPBACK = '127.0.0.1';
/** A port that somebody else has (another node of this machine, above all) is tried again. */
const RETRY_MS = 5_000;

/**
 * Opens the node's ports (node ports of Services, host ports of pods) on this machine's loopback, so that curl reaches them. Of several
 * nodes on one machine one has the port, and serves it for all: every node leads to all endpoints.
 */
export class LoopbackPorts {
  private readonly servers = new Map<number, Server>();
  private readonly told = new Set<number>();
  private cancelRetry: (() => void) | undefined;
  private closed = false;

  /** @param fromIp the client's address as pods see it: the node's. */
  constructor(
    private readonly network: NodeNetwork,
    private readonly fromIp: string,
    private readonly clock: Clock,
    private readonly warn: (message: string) => void,
  ) {
    network.changed = () => this.update();
  }

  close(): void {
    this.closed = true;
    this.cancelRetry?.();
    for (const server of this.servers.values()) server.close();
    this.servers.clear();
  }

  private update(): void {
    if (this.closed) return;
    const wanted = new Set(this.network.ports());
    for (const [port, server] of this.servers) {
      if (wanted.has(port)) continue;
      server.close();
      this.servers.delete(port);
    }
    for (const port of wanted) if (!this.servers.has(port)) this.open(port);
  }

  private open(port: number): void {
    const server = createServer({ allowHalfOpen: true }, (socket) => this.serve(socket, port));
    server.on('error', (error: NodeJS.ErrnoException) => this.failed(port, server, error));
    this.servers.set(port, server);
    server.listen(port, LOOPBACK);
    server.unref();
  }

  private failed(port: number, server: Server, error: NodeJS.ErrnoException): void {
    if (this.servers.get(port) === server) this.servers.delete(port);
    const why = error.code === 'EADDRINUSE' ? 'the port is in use there, by another node (which then serves it) or by another program' : error.message;
    if (!this.told.has(port)) this.warn(`port ${port} of the node is not served at ${LOOPBACK} by this worker: ${why}`);
    this.told.add(port);
    this.cancelRetry ??= this.clock.at(this.clock.now() + RETRY_MS, () => {
      this.cancelRetry = undefined;
      this.update();
    });
  }

  private serve(socket: Socket, port: number): void {
    socket.on('error', () => socket.destroy());
    this.network.connect(port, this.fromIp).then(
      (pod) => {
        pod.on('error', () => socket.destroy());
        pod.once('close', () => socket.end());
        socket.once('close', () => pod.destroy());
        socket.pipe(pod).pipe(socket);
      },
      // As a closed port does.
      () => socket.resetAndDestroy(),
    );
  }
}
