import { describe, expect, it } from '@jest/globals';
import { negotiate } from '../representation/accept.js';
import { ApiError } from '../types.js';
import { isLoopback, loopbackRefusal } from './loopback.js';
import { resourcePath } from './path.js';
import { deleteRequest, writeOptions } from './query.js';

const told = (path: string, group = '', version = 'v1') => {
  const { kind, namespace, name, subresource } = resourcePath(group, version, path.split('/'));
  return [kind.kind, namespace, name, subresource];
};

describe('paths', () => {
  it.each<[string, (string | undefined)[]]>([
    ['pods', ['Pod', undefined, undefined, undefined]],
    ['namespaces', ['Namespace', undefined, undefined, undefined]],
    ['namespaces/n', ['Namespace', undefined, 'n', undefined]],
    ['namespaces/n/status', ['Namespace', undefined, 'n', 'status']],
    ['namespaces/n/finalize', ['Namespace', undefined, 'n', 'finalize']],
    ['namespaces/n/pods', ['Pod', 'n', undefined, undefined]],
    ['namespaces/n/pods/p', ['Pod', 'n', 'p', undefined]],
    ['namespaces/n/pods/p/status', ['Pod', 'n', 'p', 'status']],
    ['nodes/n/status', ['Node', undefined, 'n', 'status']],
  ])('%s', (path, expected) => expect(told(path)).toEqual(expected));

  it('of other groups', () => expect(told('namespaces/n/endpointslices/e', 'discovery.k8s.io')).toEqual(['EndpointSlice', 'n', 'e', undefined]));

  it.each([
    'gadgets',
    'pods/p',
    'namespaces/n/nodes',
    'namespaces/n/pods/p/nothing',
    'namespaces/n/pods/p/status/more',
    'namespaces/n/endpointslices',
    '',
  ])('%s is not one', (path) => expect(() => told(path)).toThrow(ApiError));
});

describe('what a client accepts', () => {
  const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io';
  it.each<[string | undefined, string, string]>([
    [undefined, 'object', 'json'],
    ['*/*', 'object', 'json'],
    ['application/json', 'object', 'json'],
    ['application/yaml', 'object', 'yaml'],
    [`${TABLE},application/json`, 'table', 'json'],
    ['application/json;as=Table;v=v9;g=meta.k8s.io,application/json', 'object', 'json'],
    ['application/vnd.kubernetes.protobuf,application/json', 'object', 'json'],
    ['application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io', 'metadata', 'json'],
    ['application/json;q=0.5,application/yaml', 'object', 'yaml'],
    ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', 'object', 'json'],
  ])('%s', (accept, form, encoding) => expect(negotiate(accept)).toEqual({ form, encoding }));

  it('nothing that is written here', () => expect(() => negotiate('application/vnd.kubernetes.protobuf')).toThrow(ApiError));
});

describe('who calls', () => {
  it.each<[string, string | undefined, string | undefined, boolean]>([
    ['by name', 'localhost:8080', undefined, true],
    ['by address', '127.0.0.1:8080', undefined, true],
    ['by another address of loopback', '127.1.2.3', undefined, true],
    ['by IPv6', '[::1]:8080', undefined, true],
    ['without a Host', undefined, undefined, false],
    ['by another name', 'podbox.example:8080', undefined, false],
    ['by a name that ends like ours', 'evil-localhost', undefined, false],
    ['by an address that begins like ours', '127.0.0.1.evil.example', undefined, false],
    ['from its own page', 'localhost:8080', 'http://localhost:8080', true],
    ['from another page of this machine', 'localhost:8080', 'http://localhost:3000', false],
    ['from another site', 'localhost:8080', 'https://localhost:8080', false],
    ['from a page without an origin', 'localhost:8080', 'null', false],
  ])('%s', (_what, host, origin, allowed) => expect(loopbackRefusal({ host, origin, port: 8080 }) === undefined).toBe(allowed));

  it.each([
    ['127.0.0.1', true],
    ['localhost', true],
    ['::1', true],
    ['[::1]', true],
    ['0.0.0.0', false],
    ['::', false],
    ['192.168.0.1', false],
  ])('%s is this machine alone: %s', (address, expected) => expect(isLoopback(address)).toBe(expected));
});

describe('queries', () => {
  it('of writes', () => {
    expect(writeOptions(new URLSearchParams('fieldManager=m&fieldValidation=Strict&dryRun=All&force=true'), { cause: 'POST /x', userAgent: 'kubectl' })).toEqual({
      cause: 'POST /x (m)',
      userAgent: 'kubectl',
      dryRun: true,
      fieldManager: 'm',
      fieldValidation: 'Strict',
      force: true,
    });
  });

  it('of deletions', () => {
    expect(deleteRequest(new URLSearchParams('gracePeriodSeconds=0&propagationPolicy=Background'), { cause: 'c' })).toEqual({
      cause: 'c',
      dryRun: false,
      gracePeriodSeconds: 0,
      propagationPolicy: 'Background',
    });
  });

  it.each(['fieldValidation=Maybe', 'dryRun=Some', 'gracePeriodSeconds=soon'])('%s is refused', (query) =>
    expect(() => deleteRequest(new URLSearchParams(query), { cause: 'c' })).toThrow(ApiError),
  );
});
