import { describe, expect, it } from '@jest/globals';
import type { Secret } from '#objects';
import { credentialsFor } from './pull-secrets.js';

const base64 = (value: unknown): string => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64');
const secret = (type: string, data: Record<string, string>): Secret => ({ type, data }) as unknown as Secret;
const config = (auths: object): Secret => secret('kubernetes.io/dockerconfigjson', { '.dockerconfigjson': base64({ auths }) });
const user = (username: string) => ({ username, password: 'x' });

describe('credentials for an image', () => {
  it.each<[string, string, Secret[], string[]]>([
    ['of its registry', 'registry.example/app:1', [config({ 'registry.example': user('a'), 'other.example': user('b') })], ['a']],
    ['of its registry as a URL', 'registry.example/app:1', [config({ 'https://registry.example': user('a') })], ['a']],
    ['of its registry with its port', 'registry.example:5000/app:1', [config({ 'registry.example': user('a'), 'registry.example:5000': user('b') })], ['b']],
    ['of Docker Hub, where it names no registry', 'busybox', [config({ 'https://index.docker.io/v1/': user('a') })], ['a']],
    ['of a part of its registry, before those of all of it', 'registry.example/team/app:1', [config({ 'registry.example': user('a'), 'registry.example/team': user('b'), 'registry.example/other': user('c') })], ['b', 'a']],
    ['of all hosts of a domain', 'eu.registry.example/app', [config({ '*.registry.example': user('a'), '*.example': user('b'), 'e*.registry.example': user('c') })], ['c', 'a']],
    ['of several Secrets, in their order', 'registry.example/app', [config({ 'registry.example': user('a') }), config({ 'registry.example': user('b') })], ['a', 'b']],
    ['in the old form', 'registry.example/app', [secret('kubernetes.io/dockercfg', { '.dockercfg': base64({ 'registry.example': user('a') }) })], ['a']],
    ['as one text', 'registry.example/app', [config({ 'registry.example': { auth: base64('a:pass:word') } })], ['a']],
    ['are none in other Secrets', 'registry.example/app', [secret('Opaque', { '.dockerconfigjson': base64({ auths: { 'registry.example': user('a') } }) })], []],
    ['are none in what is not JSON', 'registry.example/app', [secret('kubernetes.io/dockerconfigjson', { '.dockerconfigjson': base64('{') })], []],
    ['are none for other registries', 'registry.example/app', [config({ 'xregistry.example': user('a'), 'registry-example': user('b') })], []],
  ])('%s', (_sentence, image, secrets, users) => {
    expect(credentialsFor(image, secrets).map(({ username }) => username)).toEqual(users);
  });

  it('have a password that may have colons in it', () => {
    expect(credentialsFor('registry.example/app', [config({ 'registry.example': { auth: base64('a:pass:word') } })])).toEqual([{ username: 'a', password: 'pass:word' }]);
  });
});
