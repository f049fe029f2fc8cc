import { describe, expect, it } from '@jest/globals';
import type { ConfigMap, Container, Secret } from '#objects';
import { testPod } from '../testing/world.js';
import type { EnvironmentSources } from './environment.js';
import { environmentReferences, expandCommand, makeEnvironment } from './environment.js';
import { expand } from './expansion.js';

const meta = (name: string) => ({ name, namespace: 'default', uid: 'u', resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z' });
const configMap: ConfigMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata: meta('cm'), data: { A: 'from-map', B: 'b', 'not=one': 'x' } };
const secret: Secret = { apiVersion: 'v1', kind: 'Secret', metadata: meta('s'), data: { PASSWORD: Buffer.from('hunter2').toString('base64') } };

const sources: EnvironmentSources = {
  nodeName: 'node-1',
  podIP: '10.0.0.5',
  hostIP: '192.168.0.1',
  allocatable: { cpu: '4', memory: '8Gi' },
  configMap: (name) => (name === 'cm' ? configMap : undefined),
  secret: (name) => (name === 's' ? secret : undefined),
  services: [
    { namespace: 'default', name: 'my-db', ip: '10.96.0.7', ports: [{ name: '', protocol: 'TCP', port: 5432, targets: [] }] },
    { namespace: 'other', name: 'far', ip: '10.96.0.8', ports: [{ name: '', protocol: 'TCP', port: 80, targets: [] }] },
    { namespace: 'default', name: 'headless', ip: 'None', ports: [{ name: '', protocol: 'TCP', port: 80, targets: [] }] },
    { namespace: 'default', name: 'kubernetes', ip: '10.96.0.1', ports: [{ name: 'https', protocol: 'TCP', port: 443, targets: [] }] },
  ],
};

const environment = (container: Partial<Container>, links = false): Record<string, string> => {
  const whole = { name: 'x', image: 'busybox', ...container };
  const pod = testPod({ enableServiceLinks: links, serviceAccountName: 'robot', containers: [whole] }, { labels: { app: 'web' } });
  const variables = makeEnvironment(pod, whole, sources).filter(({ key }) => links || !key.startsWith('KUBERNETES_'));
  return Object.fromEntries(variables.map(({ key, value }) => [key, value]));
};

describe('the environment of a container', () => {
  it.each<[string, Partial<Container>, Record<string, string>]>([
    ['has plain values', { env: [{ name: 'A', value: '1' }, { name: 'EMPTY' }] }, { A: '1', EMPTY: '' }],
    ['may refer to what stands before', { env: [{ name: 'A', value: '1' }, { name: 'B', value: '$(A)$(C)' }, { name: 'C', value: '3' }] }, { A: '1', B: '1$(C)', C: '3' }],
    ['lets the last of two win', { env: [{ name: 'A', value: '1' }, { name: 'A', value: '2' }] }, { A: '2' }],
    [
      'knows the pod',
      { env: ['metadata.name', 'metadata.namespace', 'metadata.uid', "metadata.labels['app']", 'spec.nodeName', 'spec.serviceAccountName', 'status.podIP', 'status.hostIP'].map((fieldPath, index) => ({ name: `F${index}`, valueFrom: { fieldRef: { fieldPath } } })) },
      { F0: 'pod', F1: 'default', F2: 'uid-1', F3: 'web', F4: 'node-1', F5: 'robot', F6: '10.0.0.5', F7: '192.168.0.1' },
    ],
    ['knows resources, rounded up, in units of the divisor', { resources: { limits: { cpu: '1500m', memory: '64Mi' } }, env: [{ name: 'CPU', valueFrom: { resourceFieldRef: { resource: 'limits.cpu' } } }, { name: 'MEM', valueFrom: { resourceFieldRef: { resource: 'limits.memory', divisor: '1Mi' } } }] }, { CPU: '2', MEM: '64' }],
    ['takes the node for a limit that is not set', { env: [{ name: 'CPU', valueFrom: { resourceFieldRef: { resource: 'limits.cpu' } } }, { name: 'REQ', valueFrom: { resourceFieldRef: { resource: 'requests.cpu', divisor: '0' } } }] }, { CPU: '4', REQ: '0' }],
    ['takes keys of ConfigMaps and Secrets', { env: [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'cm', key: 'A' } } }, { name: 'P', valueFrom: { secretKeyRef: { name: 's', key: 'PASSWORD' } } }] }, { A: 'from-map', P: 'hunter2' }],
    ['leaves out what is optional and not there', { env: [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'none', key: 'A', optional: true } } }, { name: 'B', valueFrom: { secretKeyRef: { name: 's', key: 'NONE', optional: true } } }], envFrom: [{ secretRef: { name: 'none', optional: true } }] }, {}],
    ['takes whole ConfigMaps with a prefix, but no key that is no name', { envFrom: [{ prefix: 'P_', configMapRef: { name: 'cm' } }] }, { P_A: 'from-map', P_B: 'b' }],
    ['puts env over envFrom', { envFrom: [{ configMapRef: { name: 'cm' } }], env: [{ name: 'A', value: 'mine and $(B)' }] }, { A: 'mine and b', B: 'b' }],
  ])('%s', (_sentence, container, expected) => {
    expect(environment(container)).toEqual(expected);
  });

  it.each<[string, Partial<Container>, string]>([
    ['a ConfigMap that is not there', { env: [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'none', key: 'A' } } }] }, 'configmap "none" not found'],
    ['a key that is not there', { env: [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'cm', key: 'Z' } } }] }, "couldn't find key Z in ConfigMap default/cm"],
    ['a Secret that is not there', { envFrom: [{ secretRef: { name: 'none' } }] }, 'secret "none" not found'],
    ['a key that only every object has', { env: [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'cm', key: 'constructor' } } }] }, "couldn't find key constructor in ConfigMap default/cm"],
    ['a key of a Secret that is not there', { env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 's', key: 'Z' } } }] }, "couldn't find key Z in Secret default/s"],
  ])('cannot be made without %s', (_sentence, container, message) => {
    expect(() => environment(container)).toThrow(message);
  });

  it('tells of the Services of its namespace and of the API server', () => {
    expect(environment({ env: [{ name: 'URL', value: 'db=$(MY_DB_SERVICE_HOST)' }] }, true)).toEqual({
      URL: 'db=10.96.0.7',
      MY_DB_SERVICE_HOST: '10.96.0.7',
      MY_DB_SERVICE_PORT: '5432',
      MY_DB_PORT: 'tcp://10.96.0.7:5432',
      MY_DB_PORT_5432_TCP: 'tcp://10.96.0.7:5432',
      MY_DB_PORT_5432_TCP_PROTO: 'tcp',
      MY_DB_PORT_5432_TCP_PORT: '5432',
      MY_DB_PORT_5432_TCP_ADDR: '10.96.0.7',
      KUBERNETES_SERVICE_HOST: '10.96.0.1',
      KUBERNETES_SERVICE_PORT: '443',
      KUBERNETES_SERVICE_PORT_HTTPS: '443',
      KUBERNETES_PORT: 'tcp://10.96.0.1:443',
      KUBERNETES_PORT_443_TCP: 'tcp://10.96.0.1:443',
      KUBERNETES_PORT_443_TCP_PROTO: 'tcp',
      KUBERNETES_PORT_443_TCP_PORT: '443',
      KUBERNETES_PORT_443_TCP_ADDR: '10.96.0.1',
    });
  });

  it('names the objects that it needs', () => {
    const env = [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'a', key: 'k' } } }, { name: 'B', valueFrom: { secretKeyRef: { name: 'b', key: 'k' } } }];
    expect(environmentReferences({ name: 'x', env, envFrom: [{ configMapRef: { name: 'c' } }] })).toEqual({ configMaps: ['c', 'a'], secrets: ['b'] });
  });

  it('is put into command and arguments', () => {
    const container = { name: 'x', command: ['echo', '$(A)'], args: ['$$(A)', '$(NONE)'] };
    expect(expandCommand(container, [{ key: 'A', value: '1' }])).toEqual({ command: ['echo', '1'], args: ['$(A)', '$(NONE)'] });
  });
});

describe('expansion', () => {
  const known: Record<string, string> = { A: '1', B: '$(A)', '': 'empty' };
  it.each([
    ['nothing to do', 'nothing to do'],
    ['$(A)', '1'],
    ['x$(A)y$(A)z', 'x1y1z'],
    ['$(B)', '$(A)'],
    ['$(C)', '$(C)'],
    ['$$(A)', '$(A)'],
    ['$$$(A)', '$1'],
    ['$$$$(A)', '$$(A)'],
    ['$A $ $', '$A $ $'],
    ['$(A', '$(A'],
    ['100$', '100$'],
    ['$()', 'empty'],
    ['$(A)$', '1$'],
  ])('%j becomes %j', (text, expected) => {
    expect(expand(text, (name) => known[name])).toBe(expected);
  });
});
