/** `npm start -- --runtime cri`: real containers. Left out, and said so by `npm test`, where root or the packages are not there. */
import { existsSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type * as k8s from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startContainerd, stopContainerd, whyNoContainerd } from '#embedded';
import { eventually, eventuallyHolds, temporaryFolder } from '#testing';
import { NAMESPACE, scriptPod } from './client.js';
import { Cluster, example, runsOf } from './cluster.js';
import { Kubectl } from './kubectl.js';
import { freePort, hasKubectl, runMain, startService } from './started-service.js';
import type { StartedService } from './started-service.js';

const FOREVER = 'exec sleep 3600';
const PAGE = '<html>a page</html>\n';

describe('a machine without what real containers need', () => {
  it('is told in one line what to install', async () => {
    const bin = temporaryFolder('bin');
    for (const tool of ['bash', 'dirname', 'grep', 'id', 'uname']) symlinkSync(`/usr/bin/${tool}`, join(bin, tool));
    const main = await runMain(['--runtime', 'cri', '--listen', `127.0.0.1:${await freePort()}`, '--data', join(bin, 'data')], { PATH: bin }, /^$/);
    await eventually(() => main.exitCode() === 1);
    expect(main.output()).toMatch(/^podbox: the cri runtime needs .*\bcontainerd\b.*\bgcc\b.*\n$/);
    rmSync(bin, { recursive: true });
  });
});

(whyNoContainerd() === undefined ? describe : describe.skip)('real containers', () => {
  let service: StartedService;
  let cluster: Cluster;
  let containerd: string;
  beforeAll(async () => {
    service = await startService({ runtime: 'cri' });
    containerd = join(service.dataDir, 'containerd');
    cluster = new Cluster(service.url);
    // Looked at later: its back-off takes its time.
    await cluster.create(scriptPod('crashing', 'true', 'echo run; exit 3'));
  });
  afterAll(async () => {
    if (containerd) await stopContainerd(containerd);
    await service?.dispose();
  });

  it('wait for the Services that their init containers look up, one init container after the other', async () => {
    await cluster.create(example<k8s.V1Pod>('myapp')[0]!);
    await eventuallyHolds(async () => expect(await cluster.log('myapp-pod', 'init-myservice')).toContain('waiting for myservice'));
    const waiting = await cluster.get('myapp-pod');
    expect(waiting.status?.phase).toBe('Pending');
    expect(waiting.status?.initContainerStatuses?.map(({ state }) => Object.keys(state ?? {}))).toEqual([['running'], ['waiting']]);

    for (const body of example<k8s.V1Service>('services')) await cluster.core.createNamespacedService({ namespace: NAMESPACE, body });
    const pod = await cluster.ready('myapp-pod');
    expect(await cluster.log('myapp-pod', 'myapp-container')).toBe('The app is running!\n');
    expect(await cluster.log('myapp-pod', 'init-myservice')).toMatch(/Name:\s+myservice\.default\.svc\.cluster\.local\s+Address: 10\.96\./);
    const [first, second] = pod.status!.initContainerStatuses!.map(({ state }) => state!.terminated!);
    expect([first?.exitCode, second?.exitCode]).toEqual([0, 0]);
    expect(Number(second!.startedAt)).toBeGreaterThanOrEqual(Number(first!.finishedAt));
    expect(Number(pod.status!.containerStatuses![0]!.state!.running!.startedAt)).toBeGreaterThanOrEqual(Number(second!.finishedAt));
  });

  it('find in their volumes, on disk and in memory, what the init containers fetched over the pod network', async () => {
    await cluster.create(scriptPod('page', 'true', `mkdir /tmp/www; printf '${PAGE}' > /tmp/www/index.html; exec httpd -f -p 80 -h /tmp/www`));
    const { status } = await cluster.ready('page');
    await eventuallyHolds(async () => expect((await cluster.exec('page', 'app', 'wget -qO- localhost')).stdout).toBe(PAGE));
    const [web] = example<k8s.V1Pod>('init-emptydir');
    web!.spec!.hostAliases = [{ ip: status!.podIP!, hostnames: ['www.baidu.com'] }];
    // There is no nginx here: busybox serves in its place.
    Object.assign(web!.spec!.containers[0]!, { image: 'busybox', command: ['httpd', '-f', '-p', '80', '-h', '/usr/share/nginx/html'] });
    await cluster.create(web!);
    await cluster.ready('web');
    expect(await cluster.exec('web', 'busybox', 'wget -qO- localhost')).toEqual({ code: 0, stdout: PAGE, stderr: '' });
    expect((await cluster.exec('web', 'busybox', 'ls /tmp; mount | grep " /tmp "')).stdout).toMatch(/^index1\.html\n\S+ on \/tmp type tmpfs .*size=51200k/);
    expect((await cluster.exec('web', 'busybox', 'dd if=/dev/zero of=/tmp/more bs=1M count=60')).stderr).toContain('No space left on device');
  });

  it('take commands, and hand on their input, output and exit codes', async () => {
    await cluster.create(scriptPod('talks', 'echo prepared', `echo out; echo err >&2; ${FOREVER}`));
    await cluster.ready('talks');
    expect(await cluster.exec('talks', 'app', 'echo $HOSTNAME; echo err >&2; exit 7')).toEqual({ code: 7, stdout: 'talks\n', stderr: 'err\n' });
    expect(await cluster.log('talks', 'init')).toBe('prepared\n');
    await eventuallyHolds(async () => expect((await cluster.log('talks', 'app')).split('\n').sort()).toEqual(['', 'err', 'out']));
  });

  (hasKubectl ? it : it.skip)('take commands from kubectl', async () => {
    const kubectl = new Kubectl(service.url);
    expect(await kubectl.run(['exec', 'talks', '-c', 'app', '--', 'sh', '-c', 'echo to kubectl; exit 5'])).toMatchObject({ code: 5, stdout: 'to kubectl\n' });
    expect(await kubectl.run(['exec', '-i', 'talks', '-c', 'app', '--', 'cat'], 'what goes in\n')).toMatchObject({ code: 0, stdout: 'what goes in\n' });
    expect(await kubectl.ok('logs', 'talks', '-c', 'init')).toBe('prepared\n');
    kubectl.dispose();
  });

  it('are all restarted in a new sandbox when their shared PID 1 ends', async () => {
    await cluster.create(example<k8s.V1Pod>('shared-processes')[0]!);
    const before = await cluster.ready('shared-processes');
    const processes = (await cluster.exec('shared-processes', 'first', 'ps')).stdout;
    expect(processes).toMatch(/^\s+1 \S+\s+\/pause$/m);
    expect(processes).toMatch(/sleep 3600\n[^]*sleep 7200\n/);
    await cluster.exec('shared-processes', 'second', 'kill 1');
    const restarted = (pod: k8s.V1Pod) => Object.values(runsOf(pod)).every(([, restarts]) => restarts === 1);
    await cluster.until('shared-processes', 'restarted', restarted);
    const after = await cluster.ready('shared-processes');
    expect([after.metadata!.uid, after.metadata!.creationTimestamp]).toEqual([before.metadata!.uid, before.metadata!.creationTimestamp]);
    expect((await cluster.exec('shared-processes', 'first', 'ps')).stdout).toMatch(/^\s+1 \S+\s+\/pause$/m);
  });

  it('are deleted within their grace', async () => {
    await cluster.create(scriptPod('polite', 'true', 'trap "sleep 1; exit 0" TERM; touch /tmp/ready; while true; do sleep 0.1; done', { terminationGracePeriodSeconds: 20 }));
    await cluster.create(scriptPod('stubborn', 'true', FOREVER, { terminationGracePeriodSeconds: 2 }));
    await cluster.ready('polite');
    await eventuallyHolds(async () => expect((await cluster.exec('polite', 'app', 'ls /tmp')).stdout).toBe('ready\n'));
    await cluster.ready('stubborn');
    const remove = async (name: string) => {
      const from = performance.now();
      await cluster.core.deleteNamespacedPod({ namespace: NAMESPACE, name });
      expect((await cluster.get(name)).metadata?.deletionTimestamp).toBeDefined();
      await cluster.gone(name);
      return performance.now() - from;
    };
    const [polite, stubborn] = await Promise.all([remove('polite'), remove('stubborn')]);
    expect(polite).toBeGreaterThan(1000);
    expect(polite).toBeLessThan(15_000);
    expect(stubborn).toBeGreaterThan(2000);
    expect(stubborn).toBeLessThan(15_000);
  });

  it('are restarted with a growing delay when they fail', async () => {
    const pod = await cluster.until('crashing', 'restarted twice', ({ status }) => (status?.containerStatuses?.[0]?.restartCount ?? 0) >= 2);
    const { lastState, restartCount } = pod.status!.containerStatuses![0]!;
    expect(lastState?.terminated).toMatchObject({ exitCode: 3, reason: 'Error' });
    expect(await cluster.log('crashing', 'app', true)).toBe('run\n');
    const waiting = await cluster.until('crashing', 'waiting', ({ status }) => status?.containerStatuses?.[0]?.state?.waiting?.reason === 'CrashLoopBackOff');
    expect(waiting.status!.containerStatuses![0]!.state!.waiting!.message).toMatch(new RegExp(`^back-off ${restartCount === 2 ? 20 : 40}s restarting failed container=app`));
  });

  describe('when a process is killed', () => {
    const NAMES = ['myapp-pod', 'web', 'talks', 'shared-processes'];
    const runs = async () => Object.fromEntries(await Promise.all(NAMES.map(async (name) => [name, runsOf(await cluster.get(name))] as const)));
    const answers = () => eventuallyHolds(async () => expect((await cluster.exec('talks', 'app', 'echo here')).stdout).toBe('here\n'), { timeoutMs: 30_000 });

    it('go on when it is the worker, which adopts them', async () => {
      const before = await runs();
      const killed = service.pidOf('worker');
      process.kill(killed, 'SIGKILL');
      await eventuallyHolds(() => expect(service.pidOf('worker')).not.toBe(killed), { timeoutMs: 30_000 });
      await answers();
      await cluster.create(scriptPod('after-worker', 'true', FOREVER));
      await cluster.ready('after-worker');
      expect(await runs()).toEqual(before);
    });

    it('go on when it is containerd, and what ended meanwhile is found', async () => {
      const volume: Partial<k8s.V1PodSpec> = { restartPolicy: 'Never', volumes: [{ name: 'data', emptyDir: {} }] };
      const ending = scriptPod('ending', 'true', 'until [ -f /data/end ]; do sleep 0.05; done; exit 5', volume);
      ending.spec!.containers[0]!.volumeMounts = [{ name: 'data', mountPath: '/data' }];
      await cluster.create(ending);
      const { metadata } = await cluster.ready('ending');
      const before = await runs();
      const pid = Number(readFileSync(join(containerd, 'containerd.pid'), 'utf8'));
      process.kill(pid, 'SIGKILL');
      await eventuallyHolds(() => expect(existsSync(`/proc/${pid}/exe`)).toBe(false));
      writeFileSync(join(service.dataDir, 'nodes/podbox-node/volumes', metadata!.uid!, 'data/end'), '');
      await startContainerd(containerd);
      const ended = await cluster.until('ending', 'failed', ({ status }) => status?.phase === 'Failed');
      expect(ended.status?.containerStatuses?.[0]?.state?.terminated).toMatchObject({ exitCode: 5, reason: 'Error' });
      await answers();
      await cluster.create(scriptPod('after-containerd', 'true', FOREVER));
      await cluster.ready('after-containerd');
      expect(await runs()).toEqual(before);
    });
  });

  it('leave nothing behind when containerd is stopped', async () => {
    const id = (await startContainerd(containerd)).netns.split('/').pop()!;
    const mounts = () => readFileSync('/proc/self/mountinfo', 'utf8').split('\n').filter((line) => line.includes(service.dataDir) || line.includes(id));
    const processes = () => readdirSync('/proc').filter((entry) => /^\d+$/.test(entry) && commandOf(entry).includes(containerd));
    // What shims and CNI's library keep: other containerds of this machine may have something there, so ours is known by its names.
    const sockets = readdirSync(join(containerd, 'state/io.containerd.runtime.v2.task/k8s.io'))
      .map((shim) => join(containerd, 'state/io.containerd.runtime.v2.task/k8s.io', shim, 'address'))
      .filter((file) => existsSync(file))
      .map((file) => readFileSync(file, 'utf8').replace('unix://', ''));
    const sandboxes = readdirSync(join(containerd, 'state/io.containerd.grpc.v1.cri/sandboxes'));
    const kept = () => [...sockets.filter((socket) => existsSync(socket)), ...readdirSync('/var/lib/cni/results').filter((file) => sandboxes.some((sandbox) => file.includes(sandbox)))];
    const cgroups = () => ['', ...readdirSync('/sys/fs/cgroup')].filter((hierarchy) => existsSync(join('/sys/fs/cgroup', hierarchy, id)));
    expect([mounts().length, processes().length, cgroups().length, kept().length].every((count) => count > 0)).toBe(true);
    await service.interrupt();
    await stopContainerd(containerd);
    expect({ mounts: mounts(), processes: processes(), cgroups: cgroups(), kept: kept(), netns: existsSync(`/run/netns/${id}`), folder: existsSync(containerd) }).toEqual({
      mounts: [],
      processes: [],
      cgroups: [],
      kept: [],
      netns: false,
      folder: false,
    });
  });
});

/** A process that ended meanwhile has none. */
function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return '';
    throw error;
  }
}
