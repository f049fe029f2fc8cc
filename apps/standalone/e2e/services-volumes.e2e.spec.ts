/** Services and volumes, on a started service with a second worker beside it. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type * as k8s from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startPostgres, startRedis } from '#embedded';
import type { EmbeddedServer } from '#embedded';
import { eventually, eventuallyHolds, temporaryFolder } from '#testing';
import { Cluster } from './cluster.js';
import { NAMESPACE, scriptPod } from './client.js';
import { freePort, startService } from './started-service.js';
import type { StartedService } from './started-service.js';

const namespace = NAMESPACE;
const SERVER = (text: string) => `mkdir /tmp/www; echo ${text} > /tmp/www/index.html; exec httpd -f -p 8080 -h /tmp/www`;

describe('a service with two workers', () => {
  const dataDir = temporaryFolder('e2e-services');
  const servers: EmbeddedServer[] = [];
  let service: StartedService;
  let worker: ChildProcess;
  let cluster: Cluster;

  beforeAll(async () => {
    servers.push(await startPostgres({ dataDir: join(dataDir, 'postgres') }), await startRedis({ dataDir: join(dataDir, 'redis') }));
    mkdirSync(join(dataDir, 'shared'));
    writeFileSync(join(dataDir, 'shared', 'file'), 'of the host\n');
    writeFileSync(join(dataDir, 'hosts.yaml'), 'registry.test:\n  pages:\n    POST /register: { status: 201, body: registered }\n');
    const env = { DATABASE_URL: servers[0]!.url, REDIS_URL: servers[1]!.url, PODBOX_WEB_HOSTS: join(dataDir, 'hosts.yaml'), PODBOX_HOST_PATHS: join(dataDir, 'shared') };
    service = await startService({ dataDir, env: { ...env, PODBOX_NODE_NAME: 'node-a' } });
    const secret = readFileSync(join(dataDir, 'cluster-secret'), 'utf8').trim();
    worker = spawn(process.execPath, [fileURLToPath(new URL('../../worker/main.js', import.meta.url))], {
      env: { ...process.env, ...env, PODBOX_CLUSTER_SECRET: secret, PODBOX_NODE_NAME: 'node-b', PODBOX_DATA: join(dataDir, 'other') },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    await new Promise<void>((resolve, reject) => {
      worker.stdout!.on('data', (data: Buffer) => /worker: node .* ready/.test((output += data.toString())) && resolve());
      worker.once('close', (code) => reject(new Error(`the worker ended with ${code}:\n${output}`)));
    });
    cluster = new Cluster(service.url);
  }, 120_000);

  afterAll(async () => {
    if (worker?.exitCode === null) {
      worker.kill('SIGTERM');
      await once(worker, 'exit');
    }
    await service?.interrupt();
    for (const server of servers) await server.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });

  const pod = (name: string, nodeName: string, app: string, labels: Record<string, string> = {}, more: Partial<k8s.V1PodSpec> = {}): k8s.V1Pod => {
    const made = scriptPod(name, 'true', app, { nodeName, ...more });
    return { ...made, metadata: { name, labels } };
  };
  const createService = (name: string, spec: k8s.V1ServiceSpec) => cluster.core.createNamespacedService({ namespace, body: { metadata: { name }, spec } });
  const mounted = (volume: Omit<k8s.V1Volume, 'name'>, script: string): Partial<k8s.V1PodSpec> => ({
    containers: [{ name: 'app', image: 'busybox', command: ['sh', '-c', script], volumeMounts: [{ name: 'v', mountPath: '/v' }] }],
    volumes: [{ name: 'v', ...volume }],
  });
  const eventsOf = async (name: string, reason: string) => {
    const { items } = await cluster.core.listNamespacedEvent({ namespace, fieldSelector: `involvedObject.name=${name}` });
    return items.filter((event) => event.reason === reason).map((event) => event.message);
  };
  const sh = async (name: string, script: string) => {
    const { stdout, stderr } = await cluster.exec(name, 'app', script);
    return `${stdout}${stderr}`;
  };

  it('leads from a pod of one worker to those of the other, and from this machine to the node port', async () => {
    const nodePort = 30_000 + ((await freePort()) % 2_700);
    await createService('web', { type: 'NodePort', selector: { app: 'web' }, ports: [{ port: 80, targetPort: 8080, nodePort }] });
    await createService('peers', { clusterIP: 'None', selector: { app: 'web' } });
    await cluster.create(pod('on-b', 'node-b', SERVER('b'), { app: 'web' }, { hostname: 'first', subdomain: 'peers' }));
    await cluster.create(pod('client', 'node-a', 'exec sleep 3600'));
    await Promise.all([cluster.ready('on-b'), cluster.ready('client')]);
    const [a, b] = await Promise.all(['node-a', 'node-b'].map(async (name) => (await cluster.core.readNode({ name })).status!.addresses!.find(({ type }) => type === 'InternalIP')!.address));
    await eventuallyHolds(async () => expect(await sh('client', 'wget -qO- http://web/')).toBe('b\n'));
    for (const host of ['web.default.svc.cluster.local', 'first.peers:8080', `${a}:${nodePort}`, `${b}:${nodePort}`]) expect(await sh('client', `wget -qO- http://${host}/`)).toBe('b\n');
    await eventuallyHolds(async () => expect(await (await fetch(`http://127.0.0.1:${nodePort}/`)).text()).toBe('b\n'));
    await cluster.create(pod('on-a', 'node-a', SERVER('a'), { app: 'web' }));
    await cluster.ready('on-a');
    await eventuallyHolds(async () => expect((await sh('client', 'for i in 1 2 3 4; do wget -qO- http://web/; done')).split('\n').sort()).toEqual(['', 'a', 'a', 'b', 'b']));
    expect(await sh('client', 'wget -qO- --post-data x=1 http://registry.test/register')).toBe('registered');
  });

  it('gives a load balancer an address, which pods reach', async () => {
    await createService('lb', { type: 'LoadBalancer', selector: { app: 'web' }, ports: [{ port: 8081, targetPort: 8080 }] });
    const ip = await eventually(async () => {
      const found = (await cluster.core.readNamespacedService({ namespace, name: 'lb' })).status?.loadBalancer?.ingress?.[0]?.ip;
      if (!found) throw new Error('no address yet');
      return found;
    });
    await eventuallyHolds(async () => expect(await sh('client', `wget -qO- http://${ip}:8081/`)).toMatch(/^[ab]\n$/));
  });

  it('changes the files of a ConfigMap that is mounted, and those that tell of labels', async () => {
    await cluster.core.createNamespacedConfigMap({ namespace, body: { metadata: { name: 'settings' }, data: { a: 'one' } } });
    const volume = { projected: { sources: [{ configMap: { name: 'settings' } }, { downwardAPI: { items: [{ path: 'labels', fieldRef: { fieldPath: 'metadata.labels' } }] } }] } };
    await cluster.create(pod('reader', 'node-b', '', { tier: 'front' }, mounted(volume, 'exec sleep 3600')));
    await cluster.ready('reader');
    expect(await sh('reader', 'cat /v/a /v/labels')).toBe('onetier="front"');
    await cluster.core.replaceNamespacedConfigMap({ namespace, name: 'settings', body: { metadata: { name: 'settings' }, data: { a: 'two' } } });
    const current = await cluster.get('reader');
    await eventuallyHolds(async () => expect(await sh('reader', 'cat /v/a')).toBe('two'));
    const relabelled = { ...(await cluster.get('reader')), metadata: { ...current.metadata, resourceVersion: undefined, labels: { tier: 'back' } } };
    await cluster.core.replaceNamespacedPod({ namespace, name: 'reader', body: relabelled });
    await eventuallyHolds(async () => expect(await sh('reader', 'cat /v/labels')).toBe('tier="back"'));
  });

  it('holds a pod back until what it mounts is there', async () => {
    await cluster.create(pod('waits', 'node-a', '', {}, mounted({ configMap: { name: 'later' } }, 'cat /v/a; echo; exec sleep 3600')));
    await eventuallyHolds(async () => expect(await eventsOf('waits', 'FailedMount')).toEqual(['MountVolume.SetUp failed for volume "v" : configmap "later" not found']));
    expect((await cluster.get('waits')).status?.phase).toBe('Pending');
    await cluster.core.createNamespacedConfigMap({ namespace, body: { metadata: { name: 'later' }, data: { a: 'came' } } });
    await cluster.ready('waits');
    expect(await cluster.log('waits', 'app')).toBe('came\n');
  });

  it('evicts a pod whose emptyDir holds more than it may', async () => {
    await cluster.create(pod('big', 'node-b', '', {}, mounted({ emptyDir: { sizeLimit: '1Mi' } }, 'head -c 2000000 /dev/zero > /v/file; exec sleep 3600')));
    const message = 'Usage of EmptyDir volume "v" exceeds the limit "1Mi". ';
    const { status } = await cluster.until('big', 'evicted', (one) => one.status?.phase === 'Failed');
    expect(status).toMatchObject({ reason: 'Evicted', message });
    expect(await eventsOf('big', 'Evicted')).toEqual([message]);
  });

  it('evicts a pod whose container writes more than its ephemeral-storage', async () => {
    const app = { name: 'app', image: 'busybox', command: ['sh', '-c', 'head -c 2000000 /dev/zero > /file; exec sleep 3600'], resources: { limits: { 'ephemeral-storage': '1Mi' } } };
    await cluster.create(pod('writer', 'node-b', '', {}, { containers: [app] }));
    const message = 'Pod ephemeral local storage usage exceeds the total limit of containers 1Mi. ';
    const { status } = await cluster.until('writer', 'evicted', (one) => one.status?.phase === 'Failed');
    expect(status).toMatchObject({ reason: 'Evicted', message });
  });

  it('shows the folders of this machine that it may, and no others', async () => {
    await cluster.create(pod('host', 'node-a', '', {}, mounted({ hostPath: { path: join(dataDir, 'shared') } }, 'cat /v/file; exec sleep 3600')));
    await cluster.ready('host');
    expect(await cluster.log('host', 'app')).toBe('of the host\n');
    await cluster.create(pod('refused', 'node-a', '', {}, mounted({ hostPath: { path: '/etc' } }, 'exec sleep 3600')));
    await eventuallyHolds(async () => expect(await eventsOf('refused', 'FailedMount')).toEqual([expect.stringContaining('hostPath /etc is not allowed')]));
  });
});
