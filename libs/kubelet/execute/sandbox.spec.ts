import { describe, expect, it } from '@jest/globals';
import { ManualClock, PodClock } from '#clock';
import type { Pod, PodSpec } from '#objects';
import { PodRecord } from '../pods/pod-record.js';
import { sandboxConfig } from './sandbox.js';

const SETTINGS = { dataDir: '/data', clusterDNS: '10.96.0.10', clusterDomain: 'cluster.local' };

function configOf(spec: Partial<PodSpec>, name = 'web') {
  const pod = { metadata: { name, namespace: 'shop', uid: 'u1', resourceVersion: '1', labels: { app: 'web' } }, spec: { containers: [], ...spec }, status: {} };
  return sandboxConfig(new PodRecord(pod as unknown as Pod, new PodClock(new ManualClock())), 2, SETTINGS);
}

describe("a sandbox's configuration", () => {
  it('names the pod, its attempt, and where its logs lie', () => {
    expect(configOf({})).toMatchObject({
      metadata: { namespace: 'shop', name: 'web', uid: 'u1', attempt: 2 },
      hostname: 'web',
      logDirectory: '/data/logs/shop_web_u1',
      pid: 'CONTAINER',
      network: 'POD',
      labels: { app: 'web', 'io.kubernetes.pod.uid': 'u1' },
    });
  });

  it('refuses a full name that the kernel does not take', () => {
    expect(() => configOf({ subdomain: 's'.repeat(40), setHostnameAsFQDN: true })).toThrow(
      `FQDN web.${'s'.repeat(40)}.shop.svc.cluster.local is too long (64 characters is the max, 67 characters requested)`,
    );
  });

  it.each<[string, Partial<PodSpec>, object]>([
    ['the cluster is asked for names by default', {}, { servers: ['10.96.0.10'], searches: ['shop.svc.cluster.local', 'svc.cluster.local', 'cluster.local'], options: ['ndots:5'] }],
    [
      'dnsPolicy None leaves only what dnsConfig says',
      { dnsPolicy: 'None', dnsConfig: { nameservers: ['1.1.1.1'], searches: ['example.com'], options: [{ name: 'ndots', value: '2' }, { name: 'edns0' }] } },
      { servers: ['1.1.1.1'], searches: ['example.com'], options: ['ndots:2', 'edns0'] },
    ],
    [
      'dnsConfig adds to the cluster, its options replace',
      { dnsConfig: { searches: ['example.com', 'cluster.local'], options: [{ name: 'ndots', value: '1' }] } },
      { servers: ['10.96.0.10'], searches: ['shop.svc.cluster.local', 'svc.cluster.local', 'cluster.local', 'example.com'], options: ['ndots:1'] },
    ],
  ])('%s', (_what, spec, dns) => {
    expect(configOf(spec).dns).toEqual(dns);
  });

  it.each<[string, Partial<PodSpec>, object]>([
    ['setHostnameAsFQDN', { subdomain: 'sub', setHostnameAsFQDN: true }, { hostname: 'web.sub.shop.svc.cluster.local', domain: 'sub.shop.svc.cluster.local' }],
    ['setHostnameAsFQDN without a subdomain', { setHostnameAsFQDN: true }, { hostname: 'web' }],
    ['hostnameOverride', { hostname: 'other', subdomain: 'sub', hostnameOverride: 'mine.example' }, { hostname: 'mine.example' }],
    ['hostname', { hostname: 'other' }, { hostname: 'other' }],
    ['shareProcessNamespace', { shareProcessNamespace: true }, { pid: 'POD' }],
    ['hostNetwork', { hostNetwork: true, dnsPolicy: 'ClusterFirstWithHostNet' }, { network: 'NODE', dns: { servers: ['10.96.0.10'] } }],
    ['hostAliases', { hostAliases: [{ ip: '10.0.0.1', hostnames: ['a', 'b'] }] }, { hostAliases: [{ ip: '10.0.0.1', hostnames: ['a', 'b'] }] }],
  ])('takes %s from the pod', (_field, spec, expected) => {
    expect(configOf(spec)).toMatchObject(expected);
  });

  it('cuts a name that is too long for a hostname', () => {
    expect(configOf({}, `${'a'.repeat(62)}.b`).hostname).toBe('a'.repeat(62));
  });
});
