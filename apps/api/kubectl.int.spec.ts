/** Stock kubectl against an api alone: pods stay Pending, because no worker is there to run them. */
import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Kubectl } from '../standalone/e2e/kubectl.js';
import { startTestApi } from './testing/test-api.js';
import type { TestApi } from './testing/test-api.js';

const hasKubectl = spawnSync('kubectl', ['version', '--client']).status === 0;

(hasKubectl ? describe : describe.skip)('kubectl', () => {
  let api: TestApi;
  let kubectl: Kubectl;
  beforeAll(async () => {
    api = await startTestApi();
    kubectl = new Kubectl(api.url);
  });
  afterAll(async () => {
    kubectl?.dispose();
    await api?.close();
  });

  const POD =
    'apiVersion: v1\nkind: Pod\nmetadata: {name: web, labels: {app: web}}\nspec:\n  containers:\n  - {name: main, image: nginx, ports: [{containerPort: 80}]}\n';
  const words = (text: string) =>
    text
      .trim()
      .split('\n')
      .map((line) => line.trim().split(/ {2,}/));

  it('creates what it posts as protobuf', async () => {
    expect(await kubectl.ok('create', 'configmap', 'settings', '--from-literal=a=b')).toBe('configmap/settings created\n');
    expect(await kubectl.ok('create', 'secret', 'generic', 'hidden', '--from-literal=a=b')).toBe('secret/hidden created\n');
    expect(await kubectl.ok('create', 'service', 'nodeport', 'front', '--tcp=80:8080')).toBe('service/front created\n');
    expect(await kubectl.ok('create', 'namespace', 'other')).toBe('namespace/other created\n');
    expect(await kubectl.ok('create', 'serviceaccount', 'robot')).toBe('serviceaccount/robot created\n');
    expect(await kubectl.ok('get', 'secret', 'hidden', '-o', 'jsonpath={.data.a}')).toBe('Yg==');
    expect(await kubectl.ok('get', 'service', 'front', '-o', 'jsonpath={.spec.ports[0].targetPort} {.spec.selector.app}')).toBe('8080 front');
  });

  it('creates, shows, describes and explains pods', async () => {
    expect((await kubectl.run(['create', '-f', '-'], POD)).stdout).toBe('pod/web created\n');
    expect(words(await kubectl.ok('get', 'pods'))).toEqual([
      ['NAME', 'READY', 'STATUS', 'RESTARTS', 'AGE'],
      ['web', '0/1', 'Pending', '0', expect.stringMatching(/^\d+s$/)],
    ]);
    expect(words(await kubectl.ok('get', 'pods', '-o', 'wide'))[0]).toEqual(
      expect.arrayContaining(['IP', 'NODE', 'NOMINATED NODE', 'READINESS GATES']),
    );
    expect(await kubectl.ok('get', 'all')).toMatch(/pod\/web[\s\S]*service\/front/);
    expect(await kubectl.ok('describe', 'pod', 'web')).toMatch(/Status: +Pending[\s\S]*Image: +nginx[\s\S]*QoS Class: +BestEffort/);
    expect(await kubectl.ok('explain', 'pod.spec.containers')).toMatch(/FIELD: containers <\[\]Container>/);
    expect(await kubectl.ok('get', 'pods', '--sort-by=.metadata.name', '-o', 'name')).toBe('pod/web\n');
    expect(await kubectl.ok('get', 'pods', '-A', '--field-selector=status.phase=Pending', '-l', 'app in (web)', '--no-headers')).toMatch(
      /^default +web /,
    );
  });

  it('changes them in every way that it knows', async () => {
    await kubectl.ok('label', 'pod', 'web', 'tier=front');
    await kubectl.ok('annotate', 'pod', 'web', 'note=1');
    await kubectl.ok('set', 'image', 'pod/web', 'main=nginx:1.27');
    await kubectl.ok('patch', 'pod', 'web', '--type=json', '-p', '[{"op":"replace","path":"/metadata/labels/tier","value":"back"}]');
    await kubectl.ok('patch', 'pod', 'web', '--type=merge', '-p', '{"metadata":{"annotations":{"note":"2"}}}');
    await kubectl.ok('patch', 'pod', 'web', '-p', '{"spec":{"containers":[{"name":"main","image":"nginx:1.28"}]}}');
    await kubectl.ok('patch', 'pod', 'web', '--subresource=status', '--type=merge', '-p', '{"status":{"message":"hello"}}');
    expect(
      await kubectl.ok(
        'get',
        'pod',
        'web',
        '-o',
        'jsonpath={.metadata.labels.tier} {.metadata.annotations.note} {.spec.containers[0].image} {.status.message}',
      ),
    ).toBe('back 2 nginx:1.28 hello');
    const refused = await kubectl.run(['patch', 'pod', 'web', '-p', '{"spec":{"nodeName":"n1"}}']);
    expect(refused).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('pod updates may not change fields other than `spec.containers[*].image`'),
    });
  });

  it('applies, on the client and on the server, and shows what would change', async () => {
    const service = (port: number) =>
      `apiVersion: v1\nkind: Service\nmetadata: {name: applied}\nspec:\n  selector: {app: web}\n  ports:\n  - {port: ${port}}\n`;
    expect((await kubectl.run(['apply', '-f', '-'], service(80))).stdout).toBe('service/applied created\n');
    const address = await kubectl.ok('get', 'service', 'applied', '-o', 'jsonpath={.spec.clusterIP}');
    expect((await kubectl.run(['diff', '-f', '-'], service(81))).stdout).toMatch(/-\s+- port: 80\n\+\s+- port: 81\n/);
    expect((await kubectl.run(['apply', '-f', '-'], service(81))).stdout).toBe('service/applied configured\n');
    expect(await kubectl.ok('get', 'service', 'applied', '-o', 'jsonpath={.spec.ports[*].port} {.spec.clusterIP}')).toBe(`81 ${address}`);
    expect((await kubectl.run(['apply', '--server-side', '--force-conflicts', '-f', '-'], service(82))).stdout).toBe(
      'service/applied serverside-applied\n',
    );
    expect(
      (
        await kubectl.run(
          ['apply', '--server-side', '--field-manager=second', '-f', '-'],
          'apiVersion: v1\nkind: Service\nmetadata: {name: applied}\nspec: {selector: {app: other}}\n',
        )
      ).stderr,
    ).toContain('Apply failed with 1 conflict: conflict with "kubectl" using v1: .spec.selector');
  });

  it('waits, follows and deletes', async () => {
    const watch = kubectl.follow('get', 'pods', '-w', '--output-watch-events');
    const waiting = kubectl.run(['wait', 'pod/web', '--for=jsonpath={.status.phase}=Running', '--timeout=30s']);
    await kubectl.ok('patch', 'pod', 'web', '--subresource=status', '--type=merge', '-p', '{"status":{"phase":"Running"}}');
    expect(await waiting).toMatchObject({ code: 0, stdout: 'pod/web condition met\n' });
    expect(await kubectl.ok('delete', 'pod', 'web')).toMatch(/^pod "web" deleted/);
    await watch.stop();
    expect(watch.output()).toMatch(/ADDED +web/);
    expect((await kubectl.run(['get', 'pod', 'web'])).stderr).toBe('Error from server (NotFound): pods "web" not found\n');
    await kubectl.ok('delete', 'service,configmap,secret', '--all');
    expect(await kubectl.ok('get', 'service,configmap,secret', '-o', 'name')).toBe('');
  });

  it('replaces', async () => {
    await kubectl.run(['create', '-f', '-'], POD);
    expect((await kubectl.run(['replace', '--force', '-f', '-'], POD.replace('nginx', 'busybox'))).stdout).toMatch(/pod\/web replaced/);
    expect(await kubectl.ok('get', 'pod', 'web', '-o', 'jsonpath={.spec.containers[0].image}')).toBe('busybox');
  });
});
