/** Where connections to Services go, as kube-proxy decides it: a ready endpoint, in turn or the client's own. No IO, no clock. */
import type { ServiceEntry } from '#runtime';
import { isIp } from '#runtime';

export interface Endpoint {
  ip: string;
  port: number;
}

interface Route {
  key: string;
  targets: Endpoint[];
  affinityMs: number;
}

/** So many clients are remembered before those are looked for that have been away for long. */
const MANY_CLIENTS = 1000;

export class ServiceRoutes {
  /** All addresses of Services; connections to their other ports are refused. */
  private addresses = new Set<string>();
  private byAddress = new Map<string, Route>();
  private byNodePort = new Map<number, Route>();
  /** Round robin over a route's targets. */
  private readonly turns = new Map<string, number>();
  /** By route and client: which endpoint it has, until when (epoch ms). */
  private readonly stays = new Map<string, { ip: string; port: number; until: number }>();
  private sweepAt = MANY_CLIENTS;

  setServices(services: ServiceEntry[]): void {
    this.addresses = new Set();
    this.byAddress = new Map();
    this.byNodePort = new Map();
    for (const service of services) {
      const ips = [service.ip, ...(service.externalIPs ?? [])].filter(isIp);
      for (const ip of ips) this.addresses.add(ip);
      for (const { port, nodePort, protocol, targets } of service.ports) {
        if ((protocol || 'TCP') !== 'TCP') continue;
        const route = { key: `${service.namespace}/${service.name}:${port}`, targets, affinityMs: (service.affinitySeconds ?? 0) * 1000 };
        for (const ip of ips) this.byAddress.set(`${ip}:${port}`, route);
        if (nodePort) this.byNodePort.set(nodePort, route);
      }
    }
    const keys = new Set([...this.byAddress.values(), ...this.byNodePort.values()].map(({ key }) => key));
    for (const key of this.turns.keys()) if (!keys.has(key)) this.turns.delete(key);
  }

  nodePorts(): number[] {
    return [...this.byNodePort.keys()];
  }

  /** undefined: no Service has the address. `client`: its address. `now`: epoch ms. */
  route(ip: string, port: number, client: string, now: number): Endpoint | 'refused' | undefined {
    if (!this.addresses.has(ip)) return undefined;
    return this.pick(this.byAddress.get(`${ip}:${port}`), client, now);
  }

  /** The same for a node's port. undefined: no Service has it. */
  routeNodePort(port: number, client: string, now: number): Endpoint | 'refused' | undefined {
    const route = this.byNodePort.get(port);
    return route && this.pick(route, client, now);
  }

  private pick(route: Route | undefined, client: string, now: number): Endpoint | 'refused' {
    if (!route || route.targets.length === 0) return 'refused';
    const { key, targets, affinityMs } = route;
    const stay = affinityMs > 0 ? this.stays.get(`${key}>${client}`) : undefined;
    const kept = stay && stay.until > now ? targets.find(({ ip, port }) => ip === stay.ip && port === stay.port) : undefined;
    const target = kept ?? targets[this.turn(key) % targets.length]!;
    if (affinityMs > 0) this.keep(`${key}>${client}`, { ...target, until: now + affinityMs }, now);
    return target;
  }

  private turn(key: string): number {
    const turn = this.turns.get(key) ?? 0;
    this.turns.set(key, turn + 1);
    return turn;
  }

  private keep(key: string, stay: Endpoint & { until: number }, now: number): void {
    this.stays.set(key, stay);
    if (this.stays.size < this.sweepAt) return;
    for (const [other, { until }] of this.stays) if (until <= now) this.stays.delete(other);
    this.sweepAt = Math.max(MANY_CLIENTS, this.stays.size * 2);
  }
}
