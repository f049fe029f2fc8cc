import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { configMap, pod } from './testing/manifests.js';
import { call, startTestApi } from './testing/test-api.js';
import type { Call, TestApi } from './testing/test-api.js';

let api: TestApi;
const PODS = '/api/v1/namespaces/default/pods';
const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';
const STRICT = '?fieldValidation=Strict';
const yaml = 'application/yaml';

beforeAll(async () => {
  api = await startTestApi();
  await call(`${api.url}${CONFIG_MAPS}`, { method: 'POST', body: configMap('taken') });
});
afterAll(() => api?.close());

const post = (body: unknown, type?: string): Call => ({ method: 'POST', body, ...(type !== undefined && { type }) });
const container = (fields: object) => pod('bad', { containers: [{ name: 'main', image: 'busybox', ...fields }] });

describe('bad input', () => {
  it.each<[string, string, Call, number, string, RegExp]>([
    ['malformed JSON', PODS, post('{"kind": "Pod",'), 400, 'BadRequest', /json parse error/],
    ['malformed YAML', PODS, post('kind: Pod\nmetadata: [', yaml), 400, 'BadRequest', /yaml parse error/],
    ['two YAML documents', PODS, post('kind: Pod\n---\nkind: Pod\n', yaml), 400, 'BadRequest', /more than one YAML document/],
    ['a body that is not an object', PODS, post('[1]'), 400, 'BadRequest', /must be an object of kind Pod/],
    ['no body', PODS, { method: 'POST' }, 400, 'BadRequest', /must be an object of kind Pod/],
    [
      'an unknown field',
      PODS + STRICT,
      post(container({ imagePolicy: 'x' })),
      400,
      'BadRequest',
      /^Pod in version "v1" cannot be handled as a Pod: strict decoding error: unknown field "spec\.containers\[0\]\.imagePolicy"$/,
    ],
    [
      'a field twice in JSON',
      PODS + STRICT,
      post('{"kind":"Pod","apiVersion":"v1","metadata":{"name":"bad","name":"bad2"},"spec":{"containers":[{"name":"c","image":"i"}]}}'),
      400,
      'BadRequest',
      /strict decoding error: duplicate field "metadata\.name"/,
    ],
    [
      'a field twice in YAML',
      PODS + STRICT,
      post('kind: Pod\napiVersion: v1\nmetadata: {name: bad}\nspec:\n  containers:\n  - name: c\n    image: i\n    image: j\n', yaml),
      400,
      'BadRequest',
      /duplicate field "spec\.containers\[0\]\.image"/,
    ],
    [
      'a value of the wrong type',
      PODS,
      post(pod('bad', { containers: 'x' })),
      400,
      'BadRequest',
      /json: cannot unmarshal string into Go struct field PodSpec\.spec\.containers of type \[\]v1\.Container/,
    ],
    [
      'a number that does not fit',
      PODS,
      post(container({ ports: [{ containerPort: 99999999999 }] })),
      400,
      'BadRequest',
      /cannot unmarshal number 99999999999 into Go struct field ContainerPort\.spec\.containers\.ports\.containerPort of type int32/,
    ],
    [
      'something that is not a quantity',
      PODS,
      post(container({ resources: { limits: { cpu: 'lots' } } })),
      400,
      'BadRequest',
      /spec\.containers\[0\]\.resources\.limits\.cpu: quantities must match the regular expression/,
    ],
    [
      'another apiVersion',
      PODS,
      post({ ...pod('bad'), apiVersion: 'v2' }),
      400,
      'BadRequest',
      /the API version in the data \(v2\) does not match the expected API version \(v1\)/,
    ],
    [
      'another kind',
      PODS,
      post(configMap('bad')),
      400,
      'BadRequest',
      /the kind in the data \("ConfigMap"\) does not match the expected kind \(Pod\)/,
    ],
    [
      'another namespace',
      PODS,
      post({ ...pod('bad'), metadata: { name: 'bad', namespace: 'other' } }),
      400,
      'BadRequest',
      /the namespace of the provided object does not match the namespace sent on the request/,
    ],
    [
      'nesting without end',
      PODS,
      post(`${'{"metadata":'.repeat(100_000)}1${'}'.repeat(100_000)}`),
      400,
      'BadRequest',
      /nested more than 500 levels deep/,
    ],
    ['a name that is taken', CONFIG_MAPS, post(configMap('taken')), 409, 'AlreadyExists', /^configmaps "taken" already exists$/],
    ['an object that is not there', `${PODS}/missing`, {}, 404, 'NotFound', /^pods "missing" not found$/],
    ['a namespace that is not there', '/api/v1/namespaces/nowhere/pods', post(pod('bad')), 404, 'NotFound', /^namespaces "nowhere" not found$/],
    ['a kind that is not there', '/api/v1/namespaces/default/gadgets', {}, 404, 'NotFound', /could not find the requested resource/],
    ['a path that is not there', '/nowhere', {}, 404, 'NotFound', /could not find the requested resource/],
    ['a path that is broken', '/api/v1/namespaces/%E0%A4%A/pods', {}, 400, 'BadRequest', /./],
    ['a path with a NUL', '/api/v1/namespaces/a%00b/configmaps', post(configMap('bad')), 400, 'BadRequest', /U\+0000/],
    ['a continue token that is none', `${PODS}?continue=zzz`, {}, 400, 'BadRequest', /continue/],
    ['a method that a collection has not', PODS, { method: 'PUT', body: pod('bad') }, 405, 'MethodNotAllowed', /does not allow this method/],
    [
      'a content type that nobody reads',
      PODS,
      post('<pod/>', 'application/xml'),
      415,
      'UnsupportedMediaType',
      /accepted media types include: application\/json/,
    ],
    ['an answer that nobody writes', PODS, { headers: { Accept: 'text/csv' } }, 406, 'NotAcceptable', /only the following media types are accepted/],
    [
      'a NUL in a string',
      PODS,
      post(container({ env: [{ name: 'A', value: 'x\u0000y' }] })),
      422,
      'Invalid',
      /spec\.containers\[0\]\.env\[0\]\.value: Invalid value: "x\\u0000y": must not contain the character U\+0000/,
    ],
    [
      'half a surrogate pair',
      CONFIG_MAPS,
      post('{"metadata":{"name":"bad"},"data":{"a":"\\ud800"}}'),
      422,
      'Invalid',
      /data\.a: .*half of a surrogate pair/,
    ],
    ['a selector that is none', `${PODS}?labelSelector=a+b`, {}, 400, 'BadRequest', /unable to parse requirement/],
    ['a watch with a selector that is none', `${PODS}?watch=true&labelSelector=a+b`, {}, 400, 'BadRequest', /unable to parse requirement/],
    [
      'a watch of what is not stored',
      '/apis/coordination.k8s.io/v1/leases?watch=true',
      {},
      405,
      'MethodNotAllowed',
      /watch is not supported on resources of kind "leases.coordination.k8s.io"/,
    ],
    [
      'a write of what is not stored',
      '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases',
      post({ metadata: { name: 'a' } }),
      405,
      'MethodNotAllowed',
      /create is not supported/,
    ],
    ['a field that cannot be selected on', `${PODS}?fieldSelector=spec.image=x`, {}, 400, 'BadRequest', /field label not supported: spec\.image/],
    ['a limit that is no number', `${PODS}?limit=many`, {}, 400, 'BadRequest', /limit: Invalid value: "many"/],
    ['an unknown dry run', `${PODS}?dryRun=Some`, post(pod('bad')), 400, 'BadRequest', /dryRun: Unsupported value: "Some"/],
    ['protobuf that is none', PODS, post('xyz', 'application/vnd.kubernetes.protobuf'), 400, 'BadRequest', /does not begin with "k8s/],
  ])('answers %s with a Status', async (_what, path, request, code, reason, message) => {
    const { body } = await call(`${api.url}${path}`, request);
    expect(body).toMatchObject({ kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason });
    expect(body['message']).toMatch(message);
  });

  it.each<[string, string, object, string[]]>([
    [
      'containers of one name',
      PODS,
      pod('bad', {
        containers: [
          { name: 'a', image: 'i' },
          { name: 'a', image: 'i' },
        ],
      }),
      ['spec.containers[1].name'],
    ],
    ['a pod without containers', PODS, pod('bad', { containers: [] }), ['spec.containers']],
    ['no image', PODS, pod('bad', { containers: [{ name: 'a' }] }), ['spec.containers[0].image']],
    [
      'a probe on an init container',
      PODS,
      pod('bad', { initContainers: [{ name: 'i', image: 'i', livenessProbe: { exec: { command: ['x'] } } }] }),
      ['spec.initContainers[0].livenessProbe'],
    ],
    ['a bad name', CONFIG_MAPS, configMap('Not_A_Name'), ['metadata.name']],
    ['a bad label', CONFIG_MAPS, { ...configMap('bad'), metadata: { name: 'bad', labels: { 'a b': 'c' } } }, ['metadata.labels']],
    ['a Service without ports', '/api/v1/namespaces/default/services', { metadata: { name: 'bad' }, spec: {} }, ['spec.ports']],
    [
      'an address outside of the range',
      '/api/v1/namespaces/default/services',
      { metadata: { name: 'bad' }, spec: { clusterIP: '1.2.3.4', ports: [{ port: 80 }] } },
      ['spec.clusterIPs'],
    ],
    [
      'an annotation with init containers that are none',
      PODS,
      { ...pod('bad'), metadata: { name: 'bad', annotations: { 'pod.beta.kubernetes.io/init-containers': '[{"name": 5}]' } } },
      ['metadata.annotations[pod.beta.kubernetes.io/init-containers]'],
    ],
  ])('answers %s with 422 and causes that name the field', async (_what, path, body, fields) => {
    const answer = await call(`${api.url}${path}`, { method: 'POST', body });
    expect(answer.body).toMatchObject({ kind: 'Status', code: 422, reason: 'Invalid' });
    const { causes } = answer.body['details'] as { causes: { field: string }[] };
    expect(causes.map((cause) => cause.field)).toEqual(expect.arrayContaining(fields));
  });

  it.each([
    ['that says so', {}],
    ['that does not say so', { 'Transfer-Encoding': 'chunked' }],
  ])('answers a body over 3 MiB %s with 413', async (_how, headers) => {
    const { body } = await call(`${api.url}${CONFIG_MAPS}`, { method: 'POST', body: configMap('big', { a: 'x'.repeat(3 * 1024 * 1024) }), headers });
    expect(body).toMatchObject({ kind: 'Status', code: 413, reason: 'RequestEntityTooLarge' });
  });

  it('only warns of unknown fields where it is not asked to be strict, and drops them', async () => {
    const answer = await call(`${api.url}${CONFIG_MAPS}`, { method: 'POST', body: { ...configMap('warned'), date: {} } });
    expect(answer.code).toBe(201);
    expect(answer.headers['warning']).toBe('299 - "unknown field \\"date\\""');
    expect(answer.body).not.toHaveProperty('date');
  });

  it('has stored nothing of all that, and goes on', async () => {
    for (const path of [PODS, CONFIG_MAPS, '/api/v1/namespaces/default/services']) {
      const { body } = await call(`${api.url}${path}`);
      const names = (body['items'] as { metadata: { name: string } }[]).map((item) => item.metadata.name);
      expect(names.filter((name) => !['taken', 'warned'].includes(name))).toEqual([]);
    }
    expect((await call(`${api.url}${PODS}`, { method: 'POST', body: pod('good') })).code).toBe(201);
  });
});

describe('who may call', () => {
  const port = () => new URL(api.url).port;
  it.each<[string, () => Record<string, string>, number]>([
    ['localhost with the port', () => ({ Host: `localhost:${port()}` }), 200],
    ['localhost without a port', () => ({ Host: 'localhost' }), 200],
    ['[::1]', () => ({ Host: `[::1]:${port()}` }), 200],
    ['the same origin', () => ({ Host: `localhost:${port()}`, Origin: `http://localhost:${port()}` }), 200],
    ['another host', () => ({ Host: 'evil.example' }), 403],
    ['another host that begins like ours', () => ({ Host: `localhost.evil.example:${port()}` }), 403],
    ['another port', () => ({ Host: 'localhost:1' }), 403],
    ['another origin', () => ({ Origin: 'http://evil.example' }), 403],
    ['another origin on this machine', () => ({ Host: `localhost:${port()}`, Origin: 'http://localhost:3000' }), 403],
    ['no origin at all', () => ({ Origin: 'null' }), 403],
  ])('%s', async (_what, headers, code) => {
    for (const path of ['/api/v1/namespaces', '/healthz', '/version']) {
      const answer = await call(`${api.url}${path}`, { headers: headers() });
      expect(answer.code).toBe(code);
      if (code !== 200) expect(answer.body).toMatchObject({ kind: 'Status', reason: 'Forbidden' });
    }
  });
});
