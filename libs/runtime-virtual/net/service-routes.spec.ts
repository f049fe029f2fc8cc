import { describe, expect, it } from '@jest/globals';
import type { ServiceEntry } from '#runtime';
import { ServiceRoutes } from './service-routes.js';

const PODS = [{ ip: '10.128.0.2', port: 8080 }, { ip: '10.128.0.3', port: 8080 }, { ip: '10.128.0.4', port: 8080 }];
const service = (more: Partial<ServiceEntry> = {}, targets = PODS): ServiceEntry => ({
  namespace: 'shop', name: 'web', ip: '10.96.0.20', externalIPs: ['10.97.0.20'],
  ports: [{ name: 'http', protocol: 'TCP', port: 80, nodePort: 30080, targets }, { name: 'dns', protocol: 'UDP', port: 53, targets }],
  ...more,
});
function routesOf(...services: ServiceEntry[]): ServiceRoutes {
  const routes = new ServiceRoutes();
  routes.setServices(services);
  return routes;
}
const ipOf = (found: ReturnType<ServiceRoutes['route']>) => (typeof found === 'object' ? found.ip : found);

describe('connections to a Service', () => {
  it('go to its ready endpoints in turn, whichever of its addresses they are for', () => {
    const routes = routesOf(service());
    const found = [routes.route('10.96.0.20', 80, 'c', 0), routes.route('10.97.0.20', 80, 'c', 0), routes.routeNodePort(30080, 'c', 0), routes.route('10.96.0.20', 80, 'd', 0)];
    expect(found.map(ipOf)).toEqual(['10.128.0.2', '10.128.0.3', '10.128.0.4', '10.128.0.2']);
  });

  it.each([
    ['a port that it has not', [service()], '10.96.0.20', 81],
    ['a port of another protocol', [service()], '10.96.0.20', 53],
    ['a Service without ready endpoints', [service({}, [])], '10.96.0.20', 80],
  ])('are refused at %s', (_title, services, ip, port) => expect(routesOf(...services).route(ip, port, 'c', 0)).toBe('refused'));

  it('are none where no Service has the address or the node port', () => {
    expect(routesOf(service()).route('10.96.0.21', 80, 'c', 0)).toBeUndefined();
    expect(routesOf(service()).routeNodePort(30081, 'c', 0)).toBeUndefined();
    expect(routesOf(service({ ip: 'None', externalIPs: [] })).route('None', 80, 'c', 0)).toBeUndefined();
  });

  it('go on in turn when the endpoints change', () => {
    const routes = routesOf(service());
    routes.route('10.96.0.20', 80, 'c', 0);
    routes.setServices([service({}, PODS.slice(1))]);
    expect(ipOf(routes.route('10.96.0.20', 80, 'c', 0))).toBe('10.128.0.4');
  });
});

describe('session affinity', () => {
  const sticky = service({ affinitySeconds: 60 });

  it('keeps a client at its endpoint, as long as it comes back in time', () => {
    const routes = routesOf(sticky);
    const at = (client: string, now: number) => ipOf(routes.route('10.96.0.20', 80, client, now));
    const first = at('a', 0);
    expect(at('b', 0)).not.toBe(first);
    expect([at('a', 59_000), at('a', 118_000)]).toEqual([first, first]);
    expect(at('a', 178_001)).not.toBe(first);
  });

  it('ends when the endpoint is gone', () => {
    const routes = routesOf(sticky);
    expect(ipOf(routes.route('10.96.0.20', 80, 'a', 0))).toBe('10.128.0.2');
    routes.setServices([service({ affinitySeconds: 60 }, PODS.slice(1))]);
    expect(ipOf(routes.route('10.96.0.20', 80, 'a', 1))).not.toBe('10.128.0.2');
  });

  it('forgets clients that have been away, and no others', () => {
    const routes = routesOf(sticky);
    const kept = Array.from({ length: 3000 }, (_, i) => ipOf(routes.route('10.96.0.20', 80, `c${i}`, i)));
    expect(kept.map((_, i) => ipOf(routes.route('10.96.0.20', 80, `c${i}`, 4000)))).toEqual(kept);
  });
});
