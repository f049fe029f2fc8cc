import { describe, expect, it } from '@jest/globals';
import protobuf from 'protobufjs';
import { readFileSync } from 'node:fs';
import { ApiError } from '../types.js';
import { parseBody } from './body.js';
import { scanJson } from './json.js';
import { decodeProtobuf, PROTOBUF } from './protobuf.js';
import { parseYaml } from './yaml.js';

describe('keys that are there twice', () => {
  it.each<[string, string, string[]]>([
    ['none', '{"a":{"b":1},"c":[{"a":1},{"a":2}]}', []],
    ['at the top', '{"a":1,"a":2}', ['a']],
    ['below', '{"a":{"b":1,"b":2}}', ['a.b']],
    ['in a list', '{"a":[{"x":1},{"x":1,"y":{},"x":2}]}', ['a[1].x']],
    ['written differently', '{"a":1,"\\u0061":2}', ['a']],
    ['only as text', '{"a":"{\\"b\\":1,\\"b\\":2}"}', []],
    ['after an escaped backslash', '{"a":"\\\\","b":1,"b":2}', ['b']],
    ['in a list of lists', '{"a":[[1],[{"k":1,"k":1}]]}', ['a[1][0].k']],
  ])('in JSON: %s', (_what, text, expected) => expect(scanJson(text).duplicates).toEqual(expected));

  it('in YAML', () => {
    expect(parseYaml('a:\n  b: 1\n  b: 2\nc:\n- d: 1\n  d: 2\n')).toEqual({ value: { a: { b: 2 }, c: [{ d: 2 }] }, duplicates: ['a.b', 'c[0].d'] });
  });
});

describe('YAML', () => {
  it('leaves text that looks like a date alone', () => {
    expect(parseYaml('a: 2001-12-14\nb: yes\nc: 0x10\nd: 1_000').value).toEqual({ a: '2001-12-14', b: true, c: 16, d: 1000 });
  });

  it('knows anchors and merge keys', () => {
    expect(parseYaml('base: &b {x: 1}\nmine:\n  <<: *b\n  z: 2\n').value).toEqual({ base: { x: 1 }, mine: { x: 1, z: 2 } });
  });

  it.each<[string, string]>([
    [
      'an anchor that multiplies without end',
      'a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: [*d,*d,*d,*d,*d,*d,*d,*d,*d]',
    ],
    ['nesting without end', '['.repeat(50_000)],
    ['nesting without end, in lists', '- '.repeat(50_000)],
    ['nesting without end, by indentation', Array.from({ length: 2_000 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n')],
    ['nesting without end, in keys', '{? '.repeat(50_000)],
    ['an anchor that is not there', 'a: *nowhere'],
  ])('refuses %s', (_what, text) => expect(() => parseYaml(text)).toThrow(ApiError));
});

describe('protobuf', () => {
  const root = protobuf.parse(readFileSync(new URL('./kubernetes.proto', import.meta.url), 'utf8'), { keepCase: true }).root;
  const encode = (apiVersion: string, kind: string, message: object): Buffer => {
    const raw = root.lookupType(`k8s.${kind}`).encode(message).finish();
    const envelope = root.lookupType('k8s.Unknown').encode({ typeMeta: { apiVersion, kind }, raw }).finish();
    return Buffer.concat([Buffer.from('k8s\0'), envelope]);
  };

  it('gives what the JSON form would', () => {
    const body = encode('v1', 'Service', {
      metadata: { name: 's', namespace: '', creationTimestamp: {}, labels: { a: '' } },
      spec: {
        ports: [
          { name: 'http', port: 80, nodePort: 0, targetPort: { type: 0, intVal: 8080, strVal: '' } },
          { port: 81, targetPort: { type: 1, strVal: 'web' } },
        ],
        clusterIP: '',
        sessionAffinity: '',
      },
    });
    expect(parseBody(body, PROTOBUF).value).toEqual({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 's', labels: { a: '' } },
      spec: {
        ports: [
          { name: 'http', port: 80, targetPort: 8080 },
          { port: 81, targetPort: 'web' },
        ],
      },
    });
  });

  it('gives bytes as base64', () => {
    expect(decodeProtobuf(encode('v1', 'Secret', { metadata: { name: 's' }, data: { a: Buffer.from('b') }, type: 'Opaque' }))).toMatchObject({
      data: { a: 'Yg==' },
      type: 'Opaque',
    });
  });

  it('keeps a grace period of 0', () => {
    expect(decodeProtobuf(encode('v1', 'ResourceQuota', { spec: { hard: { pods: { string: '2' }, 'requests.cpu': { string: '500m' } }, scopes: ['BestEffort'] } }))).toMatchObject({
      spec: { hard: { pods: '2', 'requests.cpu': '500m' }, scopes: ['BestEffort'] },
    });
    expect(decodeProtobuf(encode('v1', 'DeleteOptions', { gracePeriodSeconds: 0 }))).toMatchObject({ gracePeriodSeconds: 0 });
  });

  it.each<[string, Buffer, RegExp]>([
    ['other bytes', Buffer.from('{}'), /does not begin with/],
    [
      'a kind that is not known',
      Buffer.concat([
        Buffer.from('k8s\0'),
        root
          .lookupType('k8s.Unknown')
          .encode({ typeMeta: { apiVersion: 'v1', kind: 'Gadget' } })
          .finish(),
      ]),
      /send JSON/,
    ],
    ['a broken message', Buffer.concat([Buffer.from('k8s\0'), Buffer.from([0xff, 0xff])]), /not in Kubernetes' protobuf form/],
  ])('refuses %s', (_what, body, message) => expect(() => decodeProtobuf(body)).toThrow(message));
});
