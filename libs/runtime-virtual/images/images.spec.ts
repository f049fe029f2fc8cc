import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { SystemClock } from '#clock';
import { programs } from '../programs/index.js';
import { Catalogue } from './catalogue.js';
import { ImageStore, imageRef } from './image-store.js';
import { fullName, parseImageReference } from './reference.js';

const catalogue = new Catalogue([fileURLToPath(new URL('catalogue', import.meta.url))], Object.keys(programs));
const store = () => new ImageStore(catalogue, new SystemClock(), 1e12);

describe('image names', () => {
  it.each([
    ['busybox', 'docker.io/library/busybox:latest'],
    ['busybox:1.28', 'docker.io/library/busybox:1.28'],
    ['curlimages/curl', 'docker.io/curlimages/curl:latest'],
    ['docker.io/busybox', 'docker.io/library/busybox:latest'],
    ['index.docker.io/library/nginx:1.9.1', 'docker.io/library/nginx:1.9.1'],
    ['registry.example.com/team/echo:1.0', 'registry.example.com/team/echo:1.0'],
    ['localhost:5000/a/b', 'localhost:5000/a/b:latest'],
    [`busybox@sha256:${'0'.repeat(64)}`, `docker.io/library/busybox@sha256:${'0'.repeat(64)}`],
  ])('%s is %s', (name, full) => {
    expect(fullName(parseImageReference(name))).toBe(full);
  });

  it.each(['', 'Busybox', 'busybox:', 'busy box', 'a//b', 'busybox@sha256:12', 'https://docker.io/busybox'])('%p is no image name', (name) => {
    expect(() => parseImageReference(name)).toThrow(`couldn't parse image name "${name}": invalid reference format`);
  });
});

describe('the images of a node', () => {
  it('has nothing before the first pull, and the image after it', async () => {
    const images = store();
    expect(images.get('busybox')).toBeUndefined();
    const image = await images.pull('busybox');
    expect(images.get('docker.io/library/busybox:latest')).toBe(image);
    expect(images.get(imageRef(image))).toBe(image);
    expect(images.get(image.id)).toBe(image);
    expect(images.get('busybox:1.28')).toBeUndefined();
    expect(imageRef(image)).toMatch(/^docker\.io\/library\/busybox@sha256:[0-9a-f]{64}$/);
    images.remove('busybox');
    expect(images.list()).toEqual([]);
  });

  it.each([
    ['pause', 'registry.k8s.io/pause:3.10', ['/pause'], []],
    ['busybox', 'busybox:1.36.1', [], ['sh']],
    ['nginx', 'nginx:1.9.1', ['/docker-entrypoint.sh'], ['nginx', '-g', 'daemon off;']],
    ['ghost', 'ghost:3.21', ['docker-entrypoint.sh'], ['node', 'current/index.js']],
    ['echo', 'registry.example.com/team/echo:1.0', [], ['echo', 'SUCCESS']],
  ])('%s runs what its real counterpart runs', async (_name, name, entrypoint, cmd) => {
    const { layer } = await store().pull(name);
    expect(layer).toMatchObject({ entrypoint, cmd });
  });

  it('tells old versions from new ones', async () => {
    const nslookup = async (name: string) => (await store().pull(name)).layer.files['/bin/nslookup'];
    expect(await nslookup('busybox:1.28')).toMatchObject({ program: 'nslookup-1.28' });
    expect(await nslookup('busybox:1.28.4-glibc')).toMatchObject({ program: 'nslookup-1.28' });
    for (const name of ['busybox', 'busybox:1.29', 'busybox:1.36.1', 'busybox:1']) expect(await nslookup(name)).toMatchObject({ program: 'nslookup' });
  });

  it('gives an image the files and programs of its base', async () => {
    const { layer } = await store().pull('nginx');
    expect(layer.files['/bin/sh']).toEqual({ type: 'program', program: 'sh', mode: 0o755 });
    expect(layer.files['/usr/sbin/nginx']).toEqual({ type: 'program', program: 'nginx', mode: 0o755 });
    expect(layer.files['/docker-entrypoint.sh']).toMatchObject({ type: 'file', mode: 0o755 });
    expect(layer.env.PATH).toContain('/usr/sbin');
  });

  it('whose registry fails at first can be had after so many tries, and is on the node then', async () => {
    const images = store();
    const refused = { code: 'REGISTRY_UNAVAILABLE', message: 'failed to pull and unpack image "flaky.example.com/library/busybox:1": failed to resolve reference "flaky.example.com/library/busybox:1": unexpected status from HEAD request to https://flaky.example.com/v2/library/busybox/manifests/1: 503 Service Unavailable' };
    for (let i = 0; i < 2; i++) await expect(images.pull('flaky.example.com/library/busybox:1')).rejects.toMatchObject(refused);
    expect(await images.pull('flaky.example.com/library/busybox:1')).toBe(await images.pull('flaky.example.com/library/busybox:1'));
  });

  it('whose registry fails now and then does so at the same tries for the same seed', async () => {
    const outcomes = async (seed: number) => {
      const images = new ImageStore(catalogue, new SystemClock(), 1e12, seed);
      const found: boolean[] = [];
      for (let i = 0; i < 40; i++) {
        found.push(await images.pull('busy.example.com/library/busybox:1').then(() => true, () => false));
        images.remove('busy.example.com/library/busybox:1');
      }
      return found;
    };
    const first = await outcomes(1);
    expect(await outcomes(1)).toEqual(first);
    expect(await outcomes(2)).not.toEqual(first);
    expect(new Set(first)).toEqual(new Set([true, false]));
  });

  it.each([
    [
      'a tag that is not there',
      'busybox:nope',
      'IMAGE_NOT_FOUND',
      'failed to pull and unpack image "docker.io/library/busybox:nope": failed to resolve reference "docker.io/library/busybox:nope": docker.io/library/busybox:nope: not found',
    ],
    [
      'an image that is not there',
      'nosuchimage',
      'IMAGE_NOT_FOUND',
      'failed to pull and unpack image "docker.io/library/nosuchimage:latest": failed to resolve reference "docker.io/library/nosuchimage:latest": ' +
        'pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed',
    ],
    [
      'a registry that is not there',
      'registry.nowhere.test/a/b:1',
      'REGISTRY_UNAVAILABLE',
      'failed to pull and unpack image "registry.nowhere.test/a/b:1": failed to resolve reference "registry.nowhere.test/a/b:1": ' +
        'failed to do request: Head "https://registry.nowhere.test/v2/a/b/manifests/1": dial tcp: lookup registry.nowhere.test: no such host',
    ],
  ])('refuses %s in the words of containerd', async (_what, name, code, message) => {
    await expect(store().pull(name)).rejects.toMatchObject({ code, message });
  });
});
