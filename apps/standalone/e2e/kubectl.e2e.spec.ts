/** The first half hour of a new user with kubectl, on the manifests of examples/. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventuallyHolds } from '#testing';
import { Kubectl } from './kubectl.js';
import { hasKubectl, startService } from './started-service.js';
import type { StartedService } from './started-service.js';

const EXAMPLES = new URL('../../../../examples/', import.meta.url).pathname;
const example = (name: string) => `${EXAMPLES}${name}.yaml`;

(hasKubectl ? describe : describe.skip)('kubectl', () => {
  let service: StartedService;
  let kubectl: Kubectl;
  beforeAll(async () => {
    service = await startService();
    kubectl = new Kubectl(service.url);
  });
  afterAll(async () => {
    kubectl?.dispose();
    await service?.dispose();
  });

  /** The row of `kubectl get pod NAME`, columns separated by one blank. */
  const row = async (name: string) => ((await kubectl.ok('get', 'pod', name)).split('\n')[1] ?? '').replace(/ +/g, ' ');

  it('takes a pod from Init:0/2 to Running once the Services exist, and shows each step', async () => {
    expect(await kubectl.ok('create', '-f', example('myapp'))).toBe('pod/myapp-pod created\n');
    await eventuallyHolds(async () => expect(await row('myapp-pod')).toMatch(/^myapp-pod 0\/1 Init:0\/2 0 /));

    await eventuallyHolds(async () => expect(await kubectl.ok('logs', 'myapp-pod', '-c', 'init-myservice')).toContain('waiting for myservice'));
    const described = await kubectl.ok('describe', '-f', example('myapp'));
    expect(described).toMatch(/init-myservice:[\s\S]*?State: +Running/);
    expect(described).toMatch(/init-mydb:[\s\S]*?State: +Waiting\s+Reason: +PodInitializing/);
    expect(described).toMatch(/Conditions:[\s\S]*Initialized +False[\s\S]*Ready +False[\s\S]*PodScheduled +True/);
    expect(described).toMatch(/Normal +Scheduled .*Successfully assigned default\/myapp-pod to podbox-node/);
    expect(described).toMatch(/Normal +Pulling .*Pulling image "busybox:1.28"/);
    expect(described).toMatch(/Normal +Pulled .*Successfully pulled image "busybox:1.28"/);
    expect(described).toMatch(/Normal +Created +/);
    expect(described).toMatch(/Normal +Started +/);
    expect(await kubectl.ok('get', 'events', '-o', 'jsonpath={.items[*].involvedObject.fieldPath}')).toContain('spec.initContainers{init-myservice}');

    const watch = kubectl.follow('get', 'pod', 'myapp-pod', '-w');
    const logs = kubectl.follow('logs', '-f', 'myapp-pod', '-c', 'init-myservice');
    await eventuallyHolds(() => expect(watch.output()).toContain('Init:0/2'));
    await kubectl.ok('create', '-f', example('services'));
    await eventuallyHolds(async () => expect(await row('myapp-pod')).toMatch(/^myapp-pod 1\/1 Running 0 /));
    await eventuallyHolds(() => expect(watch.output()).toMatch(/Init:0\/2[\s\S]*Init:1\/2[\s\S]*PodInitializing[\s\S]*1\/1 +Running/));
    await watch.stop();
    // The followed container has ended, so the command ends by itself, having shown everything.
    expect(await logs.ended).toBe(0);
    expect(logs.output()).toMatch(/waiting for myservice[\s\S]*Name:\s+myservice/);
    expect(await kubectl.ok('logs', 'myapp-pod')).toContain('The app is running!');
  });

  it('executes commands and hands on their exit codes', async () => {
    const ran = await kubectl.run(['exec', 'myapp-pod', '--', 'sh', '-c', 'echo $HOSTNAME; exit 3']);
    expect(ran.stdout).toBe('myapp-pod\n');
    expect(ran.code).toBe(3);
    const piped = await kubectl.run(['exec', '-i', 'myapp-pod', '--', 'cat'], 'what goes in\n');
    expect(piped).toMatchObject({ code: 0, stdout: 'what goes in\n' });
  });

  it('deletes a pod with its grace period', async () => {
    await kubectl.ok('delete', '-f', example('myapp'), '--grace-period=1');
    const gone = await kubectl.run(['get', 'pod', 'myapp-pod']);
    expect(gone.code).toBe(1);
    expect(gone.stderr).toContain('Error from server (NotFound): pods "myapp-pod" not found');
  });

  it('runs a pod whose init containers prepare volumes for its app containers', async () => {
    await kubectl.ok('create', '-f', example('init-emptydir'));
    await kubectl.ok('wait', '--for=condition=Ready', 'pod/web', '--timeout=60s');
    expect(await row('web')).toMatch(/^web 2\/2 Running 0 /);
    const page = await kubectl.ok('exec', 'web', '-c', 'nginx', '--', 'cat', '/usr/share/nginx/html/index.html');
    expect(page).toContain('<html');
    expect(await kubectl.ok('exec', 'web', '-c', 'busybox', '--', 'wget', '-qO-', 'localhost')).toBe(page);
    expect(await kubectl.ok('exec', 'web', '-c', 'busybox', '--', 'ls', '/tmp')).toBe('index1.html\n');
  });

  it('restarts a failing container as its restart policy says', async () => {
    for (const policy of ['never', 'onfailure', 'always']) await kubectl.ok('create', '-f', example(`restart-${policy}`));
    await eventuallyHolds(async () => expect(await row('restart-never')).toMatch(/^restart-never 0\/1 Error 0 /));
    for (const policy of ['onfailure', 'always']) {
      // The first crash is restarted at once, the second after 10 s.
      await eventuallyHolds(async () => expect(await row(`restart-${policy}`)).toMatch(/ CrashLoopBackOff [1-9] \(/), { timeoutMs: 50_000 });
      await eventuallyHolds(async () => expect(await row(`restart-${policy}`)).toMatch(/ (Running|Error) [2-9] \(/), { timeoutMs: 50_000 });
    }
    expect(await row('restart-never')).toMatch(/^restart-never 0\/1 Error 0 /);
    expect(await kubectl.ok('get', 'pod', 'restart-never', '-o', 'jsonpath={.status.phase} {.status.containerStatuses[0].state.terminated.exitCode}')).toBe('Failed 3');
  }, 120_000);

  it('says what is wrong with a manifest, and stores nothing', async () => {
    const create = (manifest: string) => kubectl.run(['create', '-f', '-'], manifest);
    const head = 'apiVersion: v1\nkind: Pod\nmetadata: {name: bad}\n';
    const noImage = await create(`${head}spec: {containers: [{name: a, image: busybox}, {name: a, image: busybox}]}`);
    expect(noImage).toMatchObject({ code: 1, stderr: expect.stringContaining('spec.containers[1].name: Duplicate value: "a"') });
    const unknown = await create(`${head}spec: {containers: [{name: a, image: busybox, imagePolicy: Never}]}`);
    expect(unknown).toMatchObject({ code: 1, stderr: expect.stringContaining('unknown field "spec.containers[0].imagePolicy"') });
    expect((await kubectl.run(['get', 'pod', 'bad'])).stderr).toContain('not found');
  });

  it('has priority classes, and gives pods their priority by them', async () => {
    await kubectl.ok('create', 'priorityclass', 'high', '--value=1000', '--description=what must not wait', '--preemption-policy=Never');
    const table = (await kubectl.ok('get', 'priorityclass')).split('\n').map((line) => line.split(/ {2,}/));
    expect(table[0]).toEqual(['NAME', 'VALUE', 'GLOBAL-DEFAULT', 'AGE', 'PREEMPTIONPOLICY']);
    expect(table.slice(1, -1).map(([name, value, isDefault, , policy]) => [name, value, isDefault, policy])).toEqual([
      ['high', '1000', 'false', 'Never'],
      ['system-cluster-critical', '2000000000', 'false', 'PreemptLowerPriority'],
      ['system-node-critical', '2000001000', 'false', 'PreemptLowerPriority'],
    ]);
    const pod = (className: string) => `apiVersion: v1\nkind: Pod\nmetadata: {name: ranked}\nspec: {priorityClassName: ${className}, containers: [{name: c, image: busybox}]}\n`;
    const unknown = await kubectl.run(['create', '-f', '-'], pod('none'));
    expect(unknown).toMatchObject({ code: 1, stderr: expect.stringContaining('pods "ranked" is forbidden: no PriorityClass with name none was found') });
    expect(await kubectl.run(['create', '-f', '-'], pod('high'))).toMatchObject({ code: 0, stderr: '' });
    expect(await kubectl.ok('describe', 'pod', 'ranked')).toMatch(/^Priority: +1000\nPriority Class Name: +high\n/m);
    await kubectl.ok('delete', 'pod', 'ranked', '--now');
    expect(await kubectl.ok('delete', 'priorityclass', 'high')).toBe('priorityclass.scheduling.k8s.io "high" deleted\n');
    expect((await kubectl.run(['delete', 'pc', 'system-node-critical'])).stderr).toContain('this is a system priority class and cannot be deleted');
  });

  it('applies, labels, patches and replaces what it has created', async () => {
    const manifest = (value: string) => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {key: ${value}}\n`;
    expect((await kubectl.run(['apply', '-f', '-'], manifest('one'))).stdout).toBe('configmap/settings created\n');
    expect((await kubectl.run(['apply', '-f', '-'], manifest('two'))).stdout).toBe('configmap/settings configured\n');
    expect((await kubectl.run(['apply', '-f', '-'], manifest('two'))).stdout).toBe('configmap/settings unchanged\n');
    await kubectl.ok('label', 'configmap', 'settings', 'tier=test');
    await kubectl.ok('patch', 'configmap', 'settings', '--type=merge', '-p', '{"data":{"more":"three"}}');
    expect(await kubectl.ok('get', 'configmap', '-l', 'tier=test', '-o', 'jsonpath={.items[*].data}')).toBe('{"key":"two","more":"three"}');
    await kubectl.ok('create', 'configmap', 'by-flags', '--from-literal=a=b');
    await kubectl.ok('delete', 'configmap', '--all');
    expect((await kubectl.run(['get', 'configmap', 'settings'])).code).toBe(1);
  });
});
