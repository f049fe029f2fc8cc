/** What is shared in a pod's sandbox, and what images there are, seen with kubectl on the manifests of examples/. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventuallyHolds } from '#testing';
import { Kubectl } from './kubectl.js';
import { hasKubectl, startService } from './started-service.js';
import type { StartedService } from './started-service.js';

const EXAMPLES = new URL('../../../../examples/', import.meta.url).pathname;

(hasKubectl ? describe : describe.skip)('a pod with three containers', () => {
  let service: StartedService;
  let kubectl: Kubectl;
  beforeAll(async () => {
    service = await startService({ env: { PODBOX_IMAGES: `${EXAMPLES}images` } });
    kubectl = new Kubectl(service.url);
    await kubectl.ok('create', '-f', `${EXAMPLES}pause-test.yaml`, '-f', `${EXAMPLES}pause-test2.yaml`);
    await kubectl.ok('wait', '--for=condition=Ready', 'pod/pause-test', 'pod/pause-test2', '--timeout=60s');
  });
  afterAll(async () => {
    kubectl?.dispose();
    await service?.dispose();
  });

  const exec = (pod: string, container: string, ...command: string[]) => kubectl.ok('exec', pod, '-c', container, '--', ...command);
  const field = (pod: string, path: string) => kubectl.ok('get', 'pod', pod, '-o', `jsonpath={${path}}`);

  it('has one network: both servers are listed, and answer over localhost', async () => {
    const listed = await exec('pause-test', 'busybox', 'netstat', '-ntlp');
    expect(listed).toMatch(/^tcp +0 +0 0\.0\.0\.0:80 +0\.0\.0\.0:\* +LISTEN/m);
    expect(listed).toMatch(/^tcp +0 +0 0\.0\.0\.0:2368 +0\.0\.0\.0:\* +LISTEN/m);
    expect(await exec('pause-test', 'busybox', 'wget', '-qO-', 'localhost')).toContain('<h1>Welcome to nginx!</h1>');
    expect(await exec('pause-test', 'nginx', 'curl', '-s', 'localhost:2368')).toContain('<title>Ghost</title>');
  });

  it('has one hostname', async () => {
    for (const container of ['busybox', 'ghost', 'nginx']) expect(await exec('pause-test', container, 'hostname')).toBe('pause-test\n');
  });

  it('does not let a second server have the port', async () => {
    const ran = await kubectl.run(['exec', 'pause-test', '-c', 'busybox', '--', 'httpd', '-f', '-p', '80']);
    expect(ran.stderr).toContain('Address already in use');
    expect(ran.code).not.toBe(0);
  });

  it('shows each container its own processes, its command being PID 1', async () => {
    const processes = await exec('pause-test', 'busybox', 'ps', 'aux');
    expect(processes).toMatch(/^ +1 root +0:00 sleep 3600$/m);
    expect(processes).not.toContain('nginx');
    expect(await exec('pause-test', 'nginx', 'ps', 'aux')).toMatch(/^ +1 root +0:00 nginx: master process nginx -g daemon off;$/m);
  });

  it('shows all of them all processes with shareProcessNamespace, /pause being PID 1', async () => {
    const processes = await exec('pause-test2', 'busybox', 'ps', 'aux');
    expect(processes).toMatch(/^ +1 \S+ +0:00 \/pause$/m);
    for (const command of ['sleep 3600', 'node current/index.js', 'nginx: worker process']) expect(processes).toContain(command);
  });

  it('proxies to ghost once nginx is told to, at the address of the pod', async () => {
    const written = await kubectl.run(['exec', '-i', 'pause-test', '-c', 'nginx', '--', 'sh', '-c', 'cat > /etc/nginx/conf.d/example.conf'], readFileSync(`${EXAMPLES}nginx-proxy.conf`, 'utf8'));
    expect(written.code).toBe(0);
    const tested = await kubectl.run(['exec', 'pause-test', '-c', 'nginx', '--', 'nginx', '-t']);
    expect(tested).toMatchObject({ code: 0, stderr: expect.stringMatching(/syntax is ok\nnginx: configuration file \/etc\/nginx\/nginx\.conf test is successful\n$/) });
    await exec('pause-test', 'nginx', 'nginx', '-s', 'reload');
    const ip = await field('pause-test', '.status.podIP');
    await eventuallyHolds(async () => expect(await exec('pause-test2', 'busybox', 'wget', '-qO-', ip)).toContain('<title>Ghost</title>'));
    await eventuallyHolds(async () => expect(await kubectl.ok('logs', 'pause-test', '-c', 'nginx')).toMatch(/"GET \/ HTTP\/1\.1" 200 /));
  });

  it('starts anew when its pause process ends: init containers again, each container once more, the same pod', async () => {
    const before = await field('pause-test2', '.metadata.uid');
    await exec('pause-test2', 'busybox', 'kill', '1');
    await eventuallyHolds(async () => expect(await field('pause-test2', '.status.containerStatuses[*].restartCount')).toBe('1 1 1'));
    await kubectl.ok('wait', '--for=condition=Ready', 'pod/pause-test2', '--timeout=60s');
    expect(await kubectl.ok('get', 'pod', 'pause-test2')).toMatch(/pause-test2 +3\/3 +Running +3 \(/);
    expect(await kubectl.ok('logs', 'pause-test2', '-c', 'count')).toBe('2\n');
    expect(await field('pause-test2', '.metadata.uid')).toBe(before);
    expect(await kubectl.ok('describe', 'pod', 'pause-test2')).toMatch(/Normal +SandboxChanged .*Pod sandbox changed, it will be killed and re-created\./);
  });

  it.each([
    ['no-tag', 'busybox:nosuchtag', 'Always', ['ErrImagePull', 'ImagePullBackOff'], 'docker.io/library/busybox:nosuchtag: not found'],
    ['no-image', 'nosuchimage', 'IfNotPresent', ['ErrImagePull', 'ImagePullBackOff'], 'pull access denied, repository does not exist or may require authorization'],
    ['no-registry', 'registry.nowhere.test/a/b:1', 'IfNotPresent', ['ErrImagePull', 'ImagePullBackOff'], 'lookup registry.nowhere.test: no such host'],
    ['never', 'redis:7', 'Never', ['ErrImageNeverPull'], 'Container image "redis:7" is not present with pull policy of Never'],
    ['no-name', 'Not/An:Image:Name', 'IfNotPresent', ['InvalidImageName'], 'couldn\'t parse image name "Not/An:Image:Name"'],
  ])('tells why an image is not there: %s', async (name, image, policy, reasons, message) => {
    // kubectl run would look at the name itself.
    const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec: { containers: [{ name: 'app', image, imagePullPolicy: policy }] } };
    expect(await kubectl.run(['create', '-f', '-'], JSON.stringify(pod))).toMatchObject({ code: 0 });
    const last = reasons[reasons.length - 1];
    await eventuallyHolds(async () => expect(await field(name, '.status.containerStatuses[0].state.waiting.reason')).toBe(last));
    expect(await kubectl.ok('get', 'pod', name)).toMatch(new RegExp(`${name} +0/1 +${last} `));
    const described = await kubectl.ok('describe', 'pod', name);
    for (const reason of reasons) expect(described).toContain(reason);
    expect(described).toContain(message);
    await kubectl.ok('delete', 'pod', name, '--now');
  });

  it('runs images of one\'s own (PODBOX_IMAGES)', async () => {
    await kubectl.ok('run', 'greeter', '--image', 'registry.example.org/team/greeter:2');
    await eventuallyHolds(async () => expect(await kubectl.ok('logs', 'greeter')).toBe('hello world from greeter 2\n'));
  });
});
