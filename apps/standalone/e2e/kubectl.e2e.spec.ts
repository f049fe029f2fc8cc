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
    service = await startService({ env: { PODBOX_NODE_CPU: '4', PODBOX_NODE_MEMORY: '8Gi', PODBOX_NODE_STORAGE: '20Gi', PODBOX_MAX_PODS: '110' } });
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

  it('makes quotas, that hold, and shows what is used of them', async () => {
    await kubectl.ok('create', 'namespace', 'small');
    await kubectl.ok('create', 'quota', 'one', '--namespace=small', '--hard=pods=1');
    const run = (name: string) => kubectl.run(['run', name, '--namespace=small', '--image=busybox', '--', 'sleep', '1000']);
    expect(await run('first')).toMatchObject({ code: 0 });
    expect(await run('second')).toMatchObject({ code: 1, stderr: expect.stringContaining('exceeded quota: one, requested: pods=1, used: pods=1, limited: pods=1') });
    await eventuallyHolds(async () => expect(await kubectl.ok('describe', 'quota', '--namespace=small')).toMatch(/^pods +1 +1$/m));
    await kubectl.ok('delete', 'pod', 'first', '--namespace=small', '--now');
    await kubectl.ok('delete', 'namespace', 'small');
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

  describe('nodes', () => {
    const NODE = 'podbox-node';
    /** The lines of a description below `heading`, columns separated by one blank. */
    const below = (described: string, heading: string) => (described.split(`\n${heading}:`)[1] ?? '').split(/\n(?=\S)/)[0]!.split('\n').map((line) => line.trim().replace(/ +/g, ' '));
    const sized = `apiVersion: v1
kind: Pod
metadata: {name: sized}
spec:
  terminationGracePeriodSeconds: 1
  initContainers: [{name: i, image: busybox, command: ['true'], resources: {requests: {cpu: '2', memory: 1Gi}}}]
  containers: [{name: c, image: busybox, command: [sleep, '3600'], resources: {requests: {cpu: 500m, memory: 2Gi}, limits: {cpu: '1', memory: 4Gi}}}]
`;

    it('are described with what they are, what they have, and what their pods take of it', async () => {
      await kubectl.ok('delete', 'pod', '--all', '--now');
      expect(await kubectl.run(['create', '-f', '-'], sized)).toMatchObject({ code: 0 });
      await kubectl.ok('wait', '--for=condition=Ready', 'pod/sized', '--timeout=60s');
      const described = await kubectl.ok('describe', 'node', NODE);
      expect(below(described, 'Lease')[1]).toBe(`HolderIdentity: ${NODE}`);
      expect(below(described, 'Allocatable').slice(1)).toEqual(['cpu: 4', 'ephemeral-storage: 20Gi', 'memory: 8Gi', 'pods: 110']);
      expect(below(described, 'Conditions').slice(3).map((line) => line.split(' ').slice(0, 2).join(' '))).toEqual(['MemoryPressure False', 'DiskPressure False', 'PIDPressure False', 'Ready True']);
      expect(below(described, 'Non-terminated Pods').map((line) => line.replace(/ \d+m?s$/, ' AGE'))).toEqual([
        '(1 in total)',
        'Namespace Name CPU Requests CPU Limits Memory Requests Memory Limits Age',
        '--------- ---- ------------ ---------- --------------- ------------- ---',
        'default sized 2 (50%) 1 (25%) 2Gi (25%) 4Gi (50%) AGE',
      ]);
      expect(below(described, 'Allocated resources').slice(1)).toEqual([
        '(Total limits may be over 100 percent, i.e., overcommitted.)',
        'Resource Requests Limits',
        '-------- -------- ------',
        'cpu 2 (50%) 1 (25%)',
        'memory 2Gi (25%) 4Gi (50%)',
        'ephemeral-storage 0 (0%) 0 (0%)',
      ]);
      for (const event of [/Normal Starting \S+ kubelet Starting kubelet\./, /Normal NodeReady \S+ kubelet Node podbox-node status is now: NodeReady/, /Normal RegisteredNode \S+ node-controller Node podbox-node event: Registered Node podbox-node in Controller/]) {
        expect(below(described, 'Events').join('\n')).toMatch(event);
      }
    });

    it('are labelled, annotated and tainted', async () => {
      const node = (command: string, ...args: string[]) => kubectl.run([command, 'node', NODE, ...args]);
      expect(await node('label', 'disk=ssd')).toMatchObject({ stdout: `node/${NODE} labeled\n` });
      expect(await kubectl.ok('get', 'nodes', '-l', 'disk=ssd', '-o', 'name')).toBe(`node/${NODE}\n`);
      expect(await node('annotate', 'note=x')).toMatchObject({ stdout: `node/${NODE} annotated\n` });
      expect(await node('taint', 'gpu=yes:NoSchedule')).toMatchObject({ stdout: `node/${NODE} tainted\n` });
      expect((await node('taint', 'gpu=yes:NoSchedule')).stderr).toContain('already has gpu taint(s) with same effect(s) and --overwrite is false');
      expect(await kubectl.ok('describe', 'node', NODE)).toMatch(/^Taints: +gpu=yes:NoSchedule$/m);
      await kubectl.run(['create', '-f', '-'], sized.replace('name: sized', 'name: untolerated'));
      const message = '0/1 nodes are available: 1 node(s) had untolerated taint(s). preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.';
      await eventuallyHolds(async () => expect(await kubectl.ok('describe', 'pod', 'untolerated')).toContain(message));
      expect(await node('taint', 'gpu-')).toMatchObject({ stdout: `node/${NODE} untainted\n` });
      await kubectl.ok('wait', '--for=condition=Ready', 'pod/untolerated', '--timeout=60s');
    });

    it('are cordoned, drained and uncordoned', async () => {
      expect(await kubectl.ok('cordon', NODE)).toBe(`node/${NODE} cordoned\n`);
      expect(await kubectl.ok('get', 'node', NODE)).toMatch(/^podbox-node +Ready,SchedulingDisabled +<none>/m);
      const refused = await kubectl.run(['drain', NODE]);
      expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('(use --force to override): default/sized, default/untolerated') });
      const drained = await kubectl.ok('drain', NODE, '--ignore-daemonsets', '--force', '--timeout=60s');
      expect(drained.split('\n')).toEqual(expect.arrayContaining([`node/${NODE} already cordoned`, 'pod/sized evicted', 'pod/untolerated evicted', `node/${NODE} drained`]));
      expect(await kubectl.ok('get', 'pods', '-o', 'name')).toBe('');
      await kubectl.run(['create', '-f', '-'], sized);
      await eventuallyHolds(async () => expect(await kubectl.ok('get', 'events', '--field-selector', 'reason=FailedScheduling')).toContain('0/1 nodes are available: 1 node(s) were unschedulable.'));
      expect(await kubectl.ok('uncordon', NODE)).toBe(`node/${NODE} uncordoned\n`);
      await kubectl.ok('wait', '--for=condition=Ready', 'pod/sized', '--timeout=60s');
      const events = await kubectl.ok('describe', 'node', NODE);
      for (const reason of ['NodeNotSchedulable', 'NodeSchedulable']) expect(events).toContain(`Node ${NODE} status is now: ${reason}`);
    });

    it.each(['node', 'pod'])('`top %s` says that nothing is measured', async (kind) => {
      expect(await kubectl.run(['top', kind])).toMatchObject({ code: 1, stderr: 'error: Metrics API not available\n' });
    });
  });
});
