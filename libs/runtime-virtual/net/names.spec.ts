import { describe, expect, it } from '@jest/globals';
import type { ServiceEntry } from '#runtime';
import { candidates, Names } from './names.js';

const entry = (name: string, more: Partial<ServiceEntry>): ServiceEntry => ({ namespace: 'shop', name, ip: '', ports: [], ...more });
const names = new Names({ 'example.com': { ip: '198.18.0.3', server: 'x', pages: {} } });
names.setServices([
  entry('web', { ip: '10.96.0.20', ports: [{ name: 'http', protocol: 'TCP', port: 80, targets: [{ ip: '10.128.0.2', port: 8080 }] }] }),
  entry('db', {
    ip: 'None',
    ports: [{ name: 'sql', protocol: 'TCP', port: 5432, targets: [{ ip: '10.128.0.3', port: 5432 }, { ip: '10.128.0.4', port: 5432 }] }],
    endpoints: [{ ip: '10.128.0.3', hostname: 'db-0' }, { ip: '10.128.0.4' }],
  }),
  entry('portless', { ip: 'None', endpoints: [{ ip: '10.128.0.5' }] }),
  entry('empty', { ip: 'None' }),
  entry('out', { externalName: 'example.com' }),
  entry('twice', { externalName: 'out.shop.svc.cluster.local' }),
  entry('nowhere', { externalName: 'no.such.host' }),
  entry('round', { externalName: 'round.shop.svc.cluster.local' }),
]);
const SVC = 'shop.svc.cluster.local';

describe('the cluster\'s DNS', () => {
  it.each([
    ['a Service has its address', `web.${SVC}`, ['10.96.0.20'], ''],
    ['case and a final dot do not matter', `WEB.Shop.svc.cluster.local.`, ['10.96.0.20'], ''],
    ['a headless Service has those of its ready pods', `db.${SVC}`, ['10.128.0.3', '10.128.0.4'], ''],
    ['a headless Service needs no ports', `portless.${SVC}`, ['10.128.0.5'], ''],
    ['a pod with hostname and subdomain has a name of its own', `db-0.db.${SVC}`, ['10.128.0.3'], ''],
    ['one without has its address for a name', `10-128-0-4.db.${SVC}`, ['10.128.0.4'], ''],
    ['an ExternalName is an alias', `out.${SVC}`, ['198.18.0.3'], 'example.com'],
    ['also of another alias', `twice.${SVC}`, ['198.18.0.3'], `out.${SVC}`],
    ['also of what is not there', `nowhere.${SVC}`, [], 'no.such.host'],
    ['an alias of itself ends', `round.${SVC}`, [], `round.${SVC}`],
    ['a pod\'s address is a name', '10-128-0-9.shop.pod.cluster.local', ['10.128.0.9'], ''],
    ['the DNS server has a name', 'kube-dns.kube-system.svc.cluster.local', ['10.96.0.10'], ''],
    ['web hosts are outside', 'example.com', ['198.18.0.3'], ''],
  ])('%s', (_title, name, addresses, canonical) => expect(names.query(name)).toMatchObject({ addresses, canonical }));

  it.each([
    ['a Service of another namespace', 'web.default.svc.cluster.local'],
    ['a headless Service without ready pods', `empty.${SVC}`],
    ['a pod below a Service that has an address', `10-128-0-2.web.${SVC}`],
    ['a pod with a hostname, by its address', `10-128-0-3.db.${SVC}`],
    ['a name of Object.prototype', 'constructor'],
    ['a host that is in no catalogue', 'no.such.host'],
  ])('does not know %s', (_title, name) => expect(names.query(name)).toBeUndefined());

  it('gives a port\'s servers', () => {
    expect(names.servers(`_http._tcp.web.${SVC}`)).toEqual([{ priority: 0, weight: 100, port: 80, target: `web.${SVC}` }]);
    expect(names.servers(`_sql._tcp.db.${SVC}`)).toEqual([
      { priority: 0, weight: 50, port: 5432, target: `db-0.db.${SVC}` },
      { priority: 0, weight: 50, port: 5432, target: `10-128-0-4.db.${SVC}` },
    ]);
    expect(names.servers(`web.${SVC}`)).toHaveLength(1);
    expect(names.servers(`_http._udp.web.${SVC}`)).toBeUndefined();
    expect(names.servers(`_http.web.${SVC}`)).toBeUndefined();
  });

  it.each([
    ['10.96.0.20', `web.${SVC}`],
    ['10.128.0.3', `db-0.db.${SVC}`],
    ['10.128.0.4', `10-128-0-4.db.${SVC}`],
    ['10.96.0.10', 'kube-dns.kube-system.svc.cluster.local'],
    ['198.18.0.3', 'example.com'],
    ['10.128.0.99', undefined],
  ])('names %s', (ip, name) => expect(names.reverse(ip)).toBe(name));
});

describe('search domains', () => {
  const searches = ['a.local', 'b.local'];
  it.each([
    ['a short name is searched first', 'web', ['ndots:5'], ['web.a.local', 'web.b.local', 'web']],
    ['a name with enough dots is asked as it is first', 'web.shop', ['ndots:1'], ['web.shop', 'web.shop.a.local', 'web.shop.b.local']],
    ['one dot is enough by default', 'web.shop', [], ['web.shop', 'web.shop.a.local', 'web.shop.b.local']],
    ['a final dot ends the search', 'web.shop.', ['ndots:5'], ['web.shop.']],
  ])('%s', (_title, name, options, asked) => expect(candidates(name, searches, options)).toEqual(asked));
});
