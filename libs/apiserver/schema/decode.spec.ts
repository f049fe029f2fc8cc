import { describe, expect, it } from '@jest/globals';
import { decode, DecodeError } from './decode.js';
import { nodeOf } from './nodes.js';

const POD = nodeOf('io.k8s.api.core.v1.Pod');
const CONFIG_MAP = nodeOf('io.k8s.api.core.v1.ConfigMap');
const container = (fields: object) => ({ spec: { containers: [{ name: 'a', ...fields }] } });

describe('decoding', () => {
  it.each<[string, Record<string, unknown>, object]>([
    ['drops what is null', { metadata: { name: 'p', creationTimestamp: null }, spec: null }, { metadata: { name: 'p' } }],
    ['gives a null in a map its zero value', { metadata: { labels: { a: null } } }, { metadata: { labels: { a: '' } } }],
    ['gives a null in a list its zero value', { spec: { containers: [null] } }, { spec: { containers: [{}] } }],
    [
      'makes text of a quantity that is a number',
      container({ resources: { limits: { cpu: 2, memory: '1Gi' } } }),
      container({ resources: { limits: { cpu: '2', memory: '1Gi' } } }),
    ],
    [
      'takes numbers and names for ports',
      container({ livenessProbe: { httpGet: { port: 'web' } } }),
      container({ livenessProbe: { httpGet: { port: 'web' } } }),
    ],
    [
      'knows fields that are newer than the declarations',
      container({ restartPolicyRules: [{ action: 'Restart', exitCodes: { operator: 'In', values: [1] } }] }),
      container({ restartPolicyRules: [{ action: 'Restart', exitCodes: { operator: 'In', values: [1] } }] }),
    ],
  ])('%s', (_what, value, expected) => {
    expect(decode(value, POD)).toEqual({ unknown: [], causes: [] });
    expect(value).toEqual(expected);
  });

  it('drops unknown fields and tells where they were', () => {
    const value = { spec: { containers: [{ name: 'a', imagePolicy: 'x' }], extra: {} }, more: 1 };
    expect(decode(value, POD).unknown).toEqual(['spec.containers[0].imagePolicy', 'spec.extra', 'more']);
    expect(value).toEqual({ spec: { containers: [{ name: 'a' }] } });
  });

  it('takes __proto__ for a key as any other', () => {
    const value = JSON.parse('{"data":{"__proto__":"x"},"__proto__":{"y":1}}') as Record<string, unknown>;
    expect(decode(value, CONFIG_MAP).unknown).toEqual(['__proto__']);
    expect(Object.keys(value['data'] as object)).toEqual(['__proto__']);
  });

  it.each<[string, Record<string, unknown>, RegExp]>([
    [
      'text for a number',
      container({ ports: [{ containerPort: '80' }] }),
      /json: cannot unmarshal string into Go struct field ContainerPort\.spec\.containers\.ports\.containerPort of type int32/,
    ],
    ['a fraction for a number', container({ ports: [{ containerPort: 1.5 }] }), /number 1\.5 .* of type int32/],
    ['a number for text', container({ image: 1 }), /cannot unmarshal number into Go struct field Container\.spec\.containers\.image of type string/],
    ['text for yes or no', container({ tty: 'yes' }), /cannot unmarshal string into Go struct field Container\.spec\.containers\.tty of type bool/],
    [
      'an object for a list',
      { spec: { containers: {} } },
      /cannot unmarshal object into Go struct field PodSpec\.spec\.containers of type \[\]v1\.Container/,
    ],
    ['a list for an object', { spec: [] }, /cannot unmarshal array into Go struct field Pod\.spec of type v1\.PodSpec/],
    [
      'a number in a map of text',
      { metadata: { labels: { a: 1 } } },
      /cannot unmarshal number into Go struct field ObjectMeta\.metadata\.labels\.a of type string/,
    ],
    ['a time that is none', { metadata: { creationTimestamp: 'today' } }, /metadata\.creationTimestamp: parsing time "today"/],
    [
      'a quantity that is none',
      container({ resources: { limits: { cpu: 'x' } } }),
      /spec\.containers\[0\]\.resources\.limits\.cpu: quantities must match/,
    ],
  ])('refuses %s', (_what, value, message) => {
    expect(() => decode(value, POD)).toThrow(DecodeError);
    expect(() => decode(structuredClone(value), POD)).toThrow(message);
  });

  it('refuses bytes that are not base64', () => {
    expect(() => decode({ data: { a: '%' } }, nodeOf('io.k8s.api.core.v1.Secret'))).toThrow(/data\.a: illegal base64 data/);
  });

  it('tells of text that cannot be stored', () => {
    expect(decode({ data: { a: 'x\u0000', b: '\ud800', c: '😀' } }, CONFIG_MAP).causes.map((cause) => cause.field)).toEqual(['data.a', 'data.b']);
  });
});
