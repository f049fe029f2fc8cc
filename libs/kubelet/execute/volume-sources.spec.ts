import { describe, expect, it } from '@jest/globals';
import type { ConfigMap, Pod, Secret, Volume } from '#objects';
import { volumeReferences, volumeSource } from './volume-sources.js';
import type { ConfigObjects } from './volume-sources.js';

const OBJECTS: ConfigObjects = {
  configMap: (name) => (name === 'settings' ? ({ data: { a: '1', b: '2' }, binaryData: { bin: Buffer.from([255]).toString('base64') } } as unknown as ConfigMap) : undefined),
  secret: (name) => (name === 'keys' ? ({ data: { token: Buffer.from('s3cret').toString('base64') } } as unknown as Secret) : undefined),
  allocatable: { cpu: '2', memory: '1Gi' },
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

  it('is an emptyDir in memory with a limit', () => {
    expect(volumeSource({ name: 'v', emptyDir: { medium: 'Memory', sizeLimit: '50Mi' } }, pod(), OBJECTS)).toEqual({ kind: 'emptyDir', medium: 'Memory', sizeLimitBytes: 50 * 2 ** 20 });
  });

  it.each<[string, Omit<Volume, 'name'>]>([
    ['configmap "none" not found', { configMap: { name: 'none' } }],
    ['secret "none" not found', { secret: { secretName: 'none' } }],
    ['configmap references non-existent config key: z', { configMap: { name: 'settings', items: [{ key: 'z', path: 'z' }] } }],
    ['references non-existent secret key: z', { secret: { secretName: 'keys', items: [{ key: 'z', path: 'z' }] } }],
    ['volumes of type nfs are not supported', { nfs: { server: 's', path: '/' } }],
    ['projected sources of type serviceAccountToken are not supported', { projected: { sources: [{ serviceAccountToken: { path: 't' } }] } }],
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
