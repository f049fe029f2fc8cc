import type { Duplex } from 'node:stream';
import type { Clock } from '#clock';
import { RuntimeError, type ServiceEntry } from '#runtime';
import { ServiceRoutes } from '../net/service-routes.js';
import type { SandboxRecord } from './pods.js';

/** How the node's own ports are led on; both reject with RuntimeError CONNECTION_REFUSED where nobody listens. */
export interface Ways {
  /** To a pod of this node or of another. */
  toPod(target: { ip: string; port: number; fromIp: string }): Promise<Duplex>;
  /** To a port inside a sandbox of this node. */
  toSandbox(sandboxId: string, port: number): Promise<Duplex>;
}

/**
 * What listens at the node's address: host ports of pods, node ports of Services, and pods on the node's network. Each of the latter has a
 * port table of its own, so they are asked one after the other.
 */
export class NodeNetwork {
  private readonly routes = new ServiceRoutes();
  private readonly hostPorts = new Map<number, { sandbox: SandboxRecord; port: number }>();
  private readonly onNode = new Set<SandboxRecord>();
  /** Told when a port of the node may have come or gone. */
  changed: () => void = () => undefined;

  constructor(
    private readonly clock: Clock,
    private readonly ways: Ways,
  ) {}

  setServices(services: ServiceEntry[]): void {
    this.routes.setServices(services);
    this.changed();
  }

  /** @throws RuntimeError UNAVAILABLE when a pod of this node has one of the host ports. */
  add(sandbox: SandboxRecord, portMappings: { protocol: string; hostPort: number; containerPort: number }[]): void {
    const wanted = portMappings.filter(({ protocol, hostPort }) => (protocol || 'TCP') === 'TCP' && hostPort > 0);
    for (const { hostPort } of wanted) {
      const taken = this.hostPorts.get(hostPort);
      if (taken) throw new RuntimeError('UNAVAILABLE', `failed to set up the network: host port ${hostPort} is taken by pod ${nameOf(taken.sandbox)}`);
    }
    for (const { hostPort, containerPort } of wanted) this.hostPorts.set(hostPort, { sandbox, port: containerPort });
    if (sandbox.ip === '') this.onNode.add(sandbox);
    if (wanted.length > 0) this.changed();
  }

  remove(sandbox: SandboxRecord): void {
    this.onNode.delete(sandbox);
    let had = false;
    for (const [port, { sandbox: owner }] of this.hostPorts) if (owner === sandbox) had = this.hostPorts.delete(port);
    if (had) this.changed();
  }

  /** The ports that whole machine may connect to: node ports and host ports. */
  ports(): number[] {
    return [...new Set([...this.routes.nodePorts(), ...this.hostPorts.keys()])];
  }

  /** @throws RuntimeError CONNECTION_REFUSED */
  async connect(port: number, fromIp: string): Promise<Duplex> {
    const mapped = this.hostPorts.get(port);
    if (mapped) return this.ways.toSandbox(mapped.sandbox.info.id, mapped.port);
    const target = this.routes.routeNodePort(port, fromIp, this.clock.now());
    if (target && target !== 'refused') return this.ways.toPod({ ...target, fromIp });
    for (const sandbox of this.onNode) {
      if (sandbox.info.state !== 'READY') continue;
      try {
        return await this.ways.toSandbox(sandbox.info.id, port);
      } catch (error) {
        if (!(error instanceof RuntimeError) || error.code !== 'CONNECTION_REFUSED') throw error;
      }
    }
    throw new RuntimeError('CONNECTION_REFUSED', `connect to port ${port} of the node: connection refused`);
  }
}

const nameOf = ({ info }: SandboxRecord) => `${info.metadata.namespace}/${info.metadata.name}`;
