import { describe, expect, it } from '@jest/globals';
import type { ConfigMap, Pod, Secret, Volume } from '#objects';
import { volumeReferences, volumeSource } from './volume-sources.js';
import type { VolumeObjects } from './volume-sources.js';

const OBJECTS: VolumeObjects = {
  token: ({ audience = 'the API' }) => `a token for ${audience}`,
  configMap: (name) => (name === 'settings' ? ({ data: { a: '1', b: '2' }, binaryData: { bin: Buffer.from([255]).toString('base64') } } as unknown as ConfigMap) : undefined),
  secret: (name) => (name === 'keys' ? ({ data: { token: Buffer.from('s3cret').toString('base64') } } as unknown as Secret) : undefined),
  allocatable: { cpu: '2', memory: '1Gi' },
  hostPaths: ['/srv/shared'],
};
const pod = (volumes: Volume[] = []): Pod =>
  ({
    metadata: { name: 'web', namespace: 'shop', uid: 'u1', labels: { app: 'web', tier: 'front' } },
    spec: { volumes, containers: [{ name: 'app', resources: { limits: { cpu: '1500m' } } }] },
  }) as unknown as Pod;

/** Path -> [content, mode]. */
function filesOf(volume: Omit<Volume, 'name'>): Record<string, [string, number]> {
  const source = volumeSource({ name: 'v', ...volume }, pod(), OBJECTS);
  if (source.kind !== 'files') throw new Error(`a ${source.kind} has no files`);
  return Object.fromEntries(Object.entries(source.files).map(([path, { content, mode }]) => [path, [content.toString('latin1'), mode]]));
}

describe("a volume's content", () => {
  it.each<[string, Omit<Volume, 'name'>, Record<string, [string, number]>]>([
    ['all keys of a ConfigMap', { configMap: { name: 'settings' } }, { a: ['1', 0o644], b: ['2', 0o644], bin: ['\xff', 0o644] }],
    [
      'the keys that items name, at their paths and modes',
      { configMap: { name: 'settings', defaultMode: 0o600, items: [{ key: 'a', path: 'x/a.conf' }, { key: 'b', path: 'b', mode: 0o400 }] } },
      { 'x/a.conf': ['1', 0o600], b: ['2', 0o400] },
    ],
    ['a Secret, decoded', { secret: { secretName: 'keys' } }, { token: ['s3cret', 0o644] }],
    ['nothing, where an optional object is not there', { secret: { secretName: 'none', optional: true } }, {}],
    ['only the keys that are there, of an optional object', { configMap: { name: 'settings', optional: true, items: [{ key: 'a', path: 'a' }, { key: 'z', path: 'z' }] } }, { a: ['1', 0o644] }],
    [
      'the downward API',
      { downwardAPI: { items: [{ path: 'labels', fieldRef: { fieldPath: 'metadata.labels' } }, { path: 'cpu', resourceFieldRef: { containerName: 'app', resource: 'limits.cpu' } }] } },
      { labels: ['app="web"\ntier="front"', 0o644], cpu: ['2', 0o644] },
    ],
    [
      'a projection of several',
      { projected: { defaultMode: 0o440, sources: [{ configMap: { name: 'settings', items: [{ key: 'a', path: 'a' }] } }, { secret: { name: 'keys' } }] } },
      { a: ['1', 0o440], token: ['s3cret', 0o440] },
    ],
  ])('is %s', (_what, volume, files) => {
    expect(filesOf(volume)).toEqual(files);
  });

  it('is a folder of the machine, where the operator allows it', () => {
    expect(volumeSource({ name: 'v', hostPath: { path: '/srv/shared/a/' } }, pod(), OBJECTS)).toEqual({ kind: 'hostPath', path: '/srv/shared/a/' });
  });

  it('belongs to the group that the pod names', () => {
    const owned = pod();
    owned.spec.securityContext = { fsGroup: 2000 };
    for (const volume of [{ emptyDir: {} }, { configMap: { name: 'settings' } }]) expect(volumeSource({ name: 'v', ...volume }, owned, OBJECTS)).toMatchObject({ gid: 2000 });
  });

  it('has the token that was asked for, and the certificate that comes with it', () => {
    const sources = [{ serviceAccountToken: { path: 'token', audience: 'vault' } }, { configMap: { name: 'kube-root-ca.crt' } }];
    expect(filesOf({ projected: { sources } })).toEqual({ token: ['a token for vault', 0o644], 'ca.crt': ['', 0o644] });
  });

  it.each([
    ['50Mi', '100Mi', 50],
    ['50Mi', '20Mi', 20],
    [undefined, '20Mi', 20],
  ])('is an emptyDir in memory no larger than its limit %s and what the containers may use, %s', (sizeLimit, memory, mebibytes) => {
    const limited = pod();
    limited.spec.containers = ['a', 'b'].map((name) => ({ name, resources: { limits: { memory: memory === '20Mi' ? '10Mi' : '50Mi' } } }));
    expect(volumeSource({ name: 'v', emptyDir: { medium: 'Memory', sizeLimit } }, limited, OBJECTS)).toMatchObject({ sizeLimitBytes: mebibytes * 2 ** 20 });
  });

  it('is an emptyDir in memory with a limit', () => {
    expect(volumeSource({ name: 'v', emptyDir: { medium: 'Memory', sizeLimit: '50Mi' } }, pod(), OBJECTS)).toEqual({ kind: 'emptyDir', medium: 'Memory', sizeLimitBytes: 50 * 2 ** 20 });
  });

  it.each<[string, Omit<Volume, 'name'>]>([
    ['configmap "none" not found', { configMap: { name: 'none' } }],
    ['secret "none" not found', { secret: { secretName: 'none' } }],
    ['configmap references non-existent config key: z', { configMap: { name: 'settings', items: [{ key: 'z', path: 'z' }] } }],
    ['references non-existent secret key: z', { secret: { secretName: 'keys', items: [{ key: 'z', path: 'z' }] } }],
    ['volumes of type nfs are not supported', { nfs: { server: 's', path: '/' } }],
    ['projected sources of type clusterTrustBundle are not supported', { projected: { sources: [{ clusterTrustBundle: { path: 't' } } as never] } }],
    ['hostPath /srv/shared2 is not allowed: this node allows /srv/shared (PODBOX_HOST_PATHS)', { hostPath: { path: '/srv/shared2' } }],
    ['hostPath /srv/shared/../x is not allowed', { hostPath: { path: '/srv/shared/../x' } }],
  ])('cannot be made: %s', (message, volume) => {
    expect(() => volumeSource({ name: 'v', ...volume }, pod(), OBJECTS)).toThrow(message);
  });
});

describe('what volumes refer to', () => {
  it('is found in plain and projected ones', () => {
    const volumes: Volume[] = [
      { name: 'a', configMap: { name: 'c1' } },
      { name: 'b', secret: { secretName: 's1' } },
      { name: 'c', projected: { sources: [{ configMap: { name: 'c2' } }, { secret: { name: 's2' } }] } },
      { name: 'd', emptyDir: {} },
    ];
    expect(volumeReferences(pod(volumes))).toEqual({ configMaps: ['c1', 'c2'], secrets: ['s1', 's2'] });
  });
});
