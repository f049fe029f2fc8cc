import { describe, expect, it } from '@jest/globals';
import { decode, encode, type RecordType } from 'dns-packet';
import type { ServiceEntry } from '#runtime';
import { DnsAnswers } from './dns-answers.js';

const port = (name: string, ...ips: string[]) => ({ name, protocol: 'TCP', port: 80, targets: ips.map((ip) => ({ ip, port: 8080 })) });
const SERVICES: ServiceEntry[] = [
  { namespace: 'default', name: 'web', ip: '10.96.1.1', ports: [port('http', '10.88.0.2')] },
  { namespace: 'default', name: 'headless', ip: 'None', ports: [port('a', '10.88.0.2', '10.88.0.3'), port('b', '10.88.0.2')] },
  { namespace: 'default', name: 'unready', ip: 'None', ports: [port('a')] },
  { namespace: 'other', name: 'alias', ip: '', externalName: 'web.default.svc.cluster.local', ports: [] },
  { namespace: 'other', name: 'away', ip: '', externalName: 'example.com', ports: [] },
];

/** Over the wire, as a resolver sees it. */
function ask(name: string, type: RecordType = 'A') {
  const query = decode(encode({ type: 'query', id: 7, flags: 1 << 8, questions: [{ type, name }] }));
  const { id, answers, ...rest } = decode(encode(new DnsAnswers(SERVICES).respond(query))) as ReturnType<typeof decode> & { rcode: string };
  expect(id).toBe(7);
  return [rest.rcode, ...(answers ?? []).map((answer) => ('data' in answer ? answer.data : undefined))];
}

describe("the cluster's names", () => {
  it.each<[string, string, RecordType, unknown[]]>([
    ['a Service has its address', 'web.default.svc.cluster.local', 'A', ['NOERROR', '10.96.1.1']],
    ['case does not matter', 'Web.Default.svc.Cluster.Local', 'A', ['NOERROR', '10.96.1.1']],
    ['a Service has no IPv6 address, but is there', 'web.default.svc.cluster.local', 'AAAA', ['NOERROR']],
    ['a headless Service has those of its ready pods', 'headless.default.svc.cluster.local', 'A', ['NOERROR', '10.88.0.2', '10.88.0.3']],
    ['without a ready pod it is not there', 'unready.default.svc.cluster.local', 'A', ['NXDOMAIN']],
    ['a Service of another namespace is not found without it', 'alias.default.svc.cluster.local', 'A', ['NXDOMAIN']],
    ['an alias leads on', 'alias.other.svc.cluster.local', 'A', ['NOERROR', 'web.default.svc.cluster.local', '10.96.1.1']],
    ['an alias of a name outside is only told', 'away.other.svc.cluster.local', 'A', ['NOERROR', 'example.com']],
    ["a pod's address has a name", '10-88-0-9.default.pod.cluster.local', 'A', ['NOERROR', '10.88.0.9']],
    ['a named port is found', '_http._tcp.web.default.svc.cluster.local', 'SRV', ['NOERROR', { priority: 0, weight: 100, port: 80, target: 'web.default.svc.cluster.local' }]],
    ['a port that is not there is not', '_https._tcp.web.default.svc.cluster.local', 'SRV', ['NXDOMAIN']],
    ["a Service's address leads back to it", '1.1.96.10.in-addr.arpa', 'PTR', ['NOERROR', 'web.default.svc.cluster.local']],
    ['a bare name in the further search domains has nothing, but is there', 'web.svc.cluster.local', 'A', ['NOERROR']],
    ['a name that is not there is not, in the first search domain', 'nosuch.default.svc.cluster.local', 'A', ['NXDOMAIN']],
    ['nothing else is there', 'example.com', 'A', ['NXDOMAIN']],
  ])('%s', (_what, name, type, expected) => {
    expect(ask(name, type)).toEqual(expected);
  });
});
