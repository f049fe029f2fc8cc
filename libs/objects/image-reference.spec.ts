import { describe, expect, it } from '@jest/globals';
import { defaultPullPolicy, ImageReferenceError, parseImageReference } from './image-reference.js';

const DIGEST = `sha256:${'a'.repeat(64)}`;

describe('image references', () => {
  it.each([
    ['a short name is in docker.io/library with tag latest', 'busybox', 'docker.io/library/busybox:latest'],
    ['a tag is kept', 'busybox:1.28', 'docker.io/library/busybox:1.28'],
    ['a user repository has no library', 'team/app', 'docker.io/team/app:latest'],
    ['a first part with a dot is a registry', 'registry.example.com/team/echo:1.0', 'registry.example.com/team/echo:1.0'],
    ['a first part with a port is a registry', 'localhost:5000/echo', 'localhost:5000/echo:latest'],
    ['localhost is a registry', 'localhost/echo', 'localhost/echo:latest'],
    ['a digest needs no tag', `busybox@${DIGEST}`, `docker.io/library/busybox@${DIGEST}`],
    ['a tag and a digest are both kept', `busybox:1@${DIGEST}`, `docker.io/library/busybox:1@${DIGEST}`],
    ['the old name of Docker Hub is the new one', 'index.docker.io/library/nginx', 'docker.io/library/nginx:latest'],
  ])('%s', (_sentence, image, normalized) => {
    expect(parseImageReference(image).normalized).toBe(normalized);
  });

  it.each([
    ['', 'invalid reference format'],
    ['busybox:', 'invalid reference format'],
    ['team/App', 'invalid reference format: repository name (team/App) must be lowercase'],
    ['a b', 'invalid reference format'],
    ['-leading', 'invalid reference format'],
    ['nginx@sha256:short', 'invalid reference format'],
    ['b'.repeat(64), 'cannot specify 64-byte hexadecimal strings'],
  ])('refuses %j: %s', (image, why) => {
    expect(() => parseImageReference(image)).toThrow(ImageReferenceError);
    expect(() => parseImageReference(image)).toThrow(why);
  });

  it.each([
    ['busybox', 'Always'],
    ['busybox:latest', 'Always'],
    ['busybox:1.28', 'IfNotPresent'],
    [`busybox@${DIGEST}`, 'IfNotPresent'],
    ['not an image', 'IfNotPresent'],
  ])('%s gets pull policy %s', (image, policy) => {
    expect(defaultPullPolicy(image)).toBe(policy);
  });
});
