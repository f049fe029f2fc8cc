import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SystemClock } from '#clock';
import { RuntimeError, type PodSandboxConfig, type ServiceEntry } from '#runtime';
import { TestPod, until, type Subject } from '#runtime/conformance';
import { createVirtualRuntime, type VirtualRuntime } from './runtime.js';

const NODES = { '10.131.': '10.131.0.1', '10.132.': '10.132.0.1' } as const;
let folder = '';
const runtimes: VirtualRuntime[] = [];
const subjects: Subject[] = [];

/** Two nodes that know the way to each other. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'podbox-network-'));
  await writeFile(join(folder, 'hosts.yaml'), 'api.test:\n  pages:\n    /: hello\n    POST /register: { status: 201, body: registered }\n');
  const networks = Object.keys(NODES) as (keyof typeof NODES)[];
  for (const network of networks) {
    const runtime = await createVirtualRuntime({
      clock: new SystemClock(), dataDir: join(folder, network), nodeIp: NODES[network], podCidr: `${network}0.0/16`, threads: 2, loopbackPorts: network === networks[0],
      webHosts: [join(folder, 'hosts.yaml')],
      connectRemote: (target) => {
        const node = runtimes[networks.findIndex((other) => target.ip.startsWith(other))];
        return node ? node.acceptRemote(target) : Promise.reject(new RuntimeError('NOT_FOUND', 'no node has it'));
      },
    });
    runtimes.push(runtime);
    await runtime.pullImage({ image: 'busybox' });
    subjects.push({ runtime, logFolder: join(folder, 'logs'), image: 'busybox', missingImage: '', dispose: () => Promise.resolve() });
  }
});
afterAll(async () => {
  for (const runtime of runtimes) await runtime.close();
  await rm(folder, { recursive: true });
});

interface Running {
  pod: TestPod;
  ip: string;
  sh(script: string): Promise<string>;
}

/** A pod that serves its own name at port 8080. */
async function server(node: 0 | 1, name: string, config: Partial<PodSandboxConfig> = {}): Promise<Running> {
  const pod = await client(node, config, `mkdir /tmp/www; echo ${name} > /tmp/www/index.html; exec httpd -f -p 8080 -h /tmp/www`);
  await until(`${name} to listen`, async () => (await pod.sh('wget -qO- http://127.0.0.1:8080/')) === `${name}\n`);
  return pod;
}

async function client(node: 0 | 1, config: Partial<PodSandboxConfig> = {}, command = 'sleep 3600'): Promise<Running> {
  const { runtime } = subjects[node]!;
  const pod = await TestPod.run(subjects[node]!, config);
  const id = await pod.sh('app', command);
  const sh = async (script: string) => {
    const { stdout, stderr } = await runtime.execSync(id, ['sh', '-c', script], 10_000);
    return `${stdout}${stderr}`;
  };
  return { pod, ip: await pod.ip(), sh };
}

const entry = (targets: { ip: string; port: number }[], more: Partial<ServiceEntry> = {}): ServiceEntry => ({
  namespace: 'conformance', name: 'web', ip: '10.96.0.20', ports: [{ name: 'http', protocol: 'TCP', port: 80, targets }], ...more,
});
const serve = (...services: ServiceEntry[]) => runtimes.forEach((runtime) => runtime.setServices(services));
const wget = (where: string) => `wget -qO- http://${where}/`;

async function freePort(): Promise<number> {
  const socket = createServer().listen(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address() as AddressInfo;
  socket.close();
  return port;
}

describe('A server that listens on 127.0.0.1', () => {
  it('is reached from within its pod and by port-forward; not from other pods, over Services, or by probes', async () => {
    const [a, near, far] = [await client(0, {}, 'mkdir /tmp/www; echo own > /tmp/www/index.html; exec httpd -f -p 127.0.0.1:8080 -h /tmp/www'), await client(0), await client(1)];
    await until('it to listen', async () => (await a.sh(wget('localhost:8080'))) === 'own\n');
    serve(entry([{ ip: a.ip, port: 8080 }]));
    for (const pod of [a, near, far]) expect(await pod.sh(wget(`${a.ip}:8080`))).toContain('Connection refused');
    for (const pod of [a, near, far]) expect(await pod.sh(wget('web'))).toContain('Connection refused');
    await expect(runtimes[0]!.dial(a.pod.sandboxId, 8080)).rejects.toMatchObject({ code: 'CONNECTION_REFUSED' });
    const forwarded = await runtimes[0]!.dial(a.pod.sandboxId, 8080, 'localhost');
    forwarded.end('GET / HTTP/1.0\r\n\r\n');
    expect(await text(forwarded)).toMatch(/\r\n\r\nown\n$/);
    for (const { pod } of [a, near, far]) await pod.remove();
  });
});

describe('Services', () => {
  it('lead to pods of this node and of others, in turn, by name and address', async () => {
    const [a, b, c] = [await server(0, 'a'), await server(1, 'b'), await client(0)];
    serve(entry([{ ip: a.ip, port: 8080 }, { ip: b.ip, port: 8080 }], { externalIPs: ['10.97.0.20'] }));
    const seen = [await c.sh(wget('web')), await c.sh(wget('web.conformance')), await c.sh(wget('web.conformance.svc.cluster.local')), await c.sh(wget('10.97.0.20'))];
    expect(seen.sort()).toEqual(['a\n', 'a\n', 'b\n', 'b\n']);
    // A pod may be its own server.
    expect([await a.sh(wget('web')), await a.sh(wget('web'))].sort()).toEqual(['a\n', 'b\n']);
    for (const { pod } of [a, b, c]) await pod.remove();
  });

  it('refuse connections while nothing is ready, and to ports that they have not', async () => {
    const c = await client(0);
    serve(entry([]));
    expect(await c.sh(wget('web'))).toContain('Connection refused');
    expect(await c.sh(wget('web:81'))).toContain('Connection refused');
    await c.pod.remove();
  });

  it('without a selector lead where their endpoints say, a web host too', async () => {
    const c = await client(0);
    serve(entry([{ ip: '198.18.0.3', port: 80 }]));
    expect(await c.sh(wget('web'))).toContain('Example Domain');
    await c.pod.remove();
  });

  it('keep a client at one endpoint where they are to', async () => {
    const [a, b, c] = [await server(0, 'a'), await server(0, 'b'), await client(0)];
    serve(entry([{ ip: a.ip, port: 8080 }, { ip: b.ip, port: 8080 }], { affinitySeconds: 60 }));
    const seen = await c.sh(`for i in 1 2 3 4; do ${wget('web')}; done`);
    expect(['a\na\na\na\n', 'b\nb\nb\nb\n']).toContain(seen);
    for (const { pod } of [a, b, c]) await pod.remove();
  });

  it('have node ports at the address of every node and at this machine\'s loopback', async () => {
    const [a, c] = [await server(1, 'a'), await client(0)];
    const nodePort = await freePort();
    serve(entry([], { ports: [{ name: 'http', protocol: 'TCP', port: 80, nodePort, targets: [{ ip: a.ip, port: 8080 }] }] }));
    expect(await c.sh(`${wget(`10.131.0.1:${nodePort}`)}; ${wget(`10.132.0.1:${nodePort}`)}`)).toBe('a\na\n');
    expect(await c.sh(wget('10.131.0.1:99'))).toContain('Connection refused');
    const page = () => fetch(`http://127.0.0.1:${nodePort}/`).then((answer) => answer.text(), (error: Error) => (error.cause as { code?: string }).code);
    expect(await until('the port', async () => (await page()) === 'a\n')).toBe(true);
    serve(entry([], { ports: [{ name: 'http', protocol: 'TCP', port: 80, nodePort, targets: [] }] }));
    expect(await page()).toBe('ECONNRESET');
    serve();
    await until('the port to be closed', async () => (await page()) === 'ECONNREFUSED');
    for (const { pod } of [a, c]) await pod.remove();
  });
});

describe('the node\'s address', () => {
  it('has the host ports of its pods, each given once', async () => {
    const hostPort = await freePort();
    const portMappings = [{ protocol: 'TCP', hostPort, containerPort: 8080 }];
    const [a, c] = [await server(0, 'a', { portMappings }), await client(1)];
    expect(await c.sh(wget(`10.131.0.1:${hostPort}`))).toBe('a\n');
    await until('the port at loopback', () => fetch(`http://127.0.0.1:${hostPort}/`).then(async (answer) => (await answer.text()) === 'a\n', () => false));
    await expect(TestPod.run(subjects[0]!, { portMappings })).rejects.toThrow(`host port ${hostPort} is taken by pod conformance/${a.pod.name}`);
    await a.pod.remove();
    expect(await c.sh(wget(`10.131.0.1:${hostPort}`))).toContain('Connection refused');
    await (await server(0, 'b', { portMappings })).pod.remove();
    await c.pod.remove();
  });

  it('has the ports of all pods on its network', async () => {
    const [a, b, c] = [await server(0, 'a', { network: 'NODE' }), await client(0, { network: 'NODE' }), await client(0)];
    expect([a.ip, await b.sh(wget('10.131.0.1:8080')), await c.sh(wget('10.131.0.1:8080'))]).toEqual(['', 'a\n', 'a\n']);
    expect(await c.sh(wget('10.131.0.1:8081'))).toContain('Connection refused');
    for (const { pod } of [a, b, c]) await pod.remove();
  });
});

describe('a pod\'s names', () => {
  it('stand in /etc/hosts, with the domain that it asked for', async () => {
    const c = await client(0, { hostname: 'me', domain: 'web.conformance.svc.cluster.local', hostAliases: [{ ip: '10.1.2.3', hostnames: ['one', 'two'] }] });
    expect(await c.sh('grep me /etc/hosts; tail -n 1 /etc/hosts; hostname')).toBe(`${c.ip}\tme.web.conformance.svc.cluster.local\tme\n10.1.2.3\tone\ttwo\nme\n`);
    await c.pod.remove();
  });

  it('are looked up as /etc/resolv.conf says now', async () => {
    const c = await client(0);
    serve(entry([], { ip: '10.96.0.21', namespace: 'other' }));
    expect(await c.sh('nslookup web | tail -n 3')).toContain('NXDOMAIN');
    expect(await c.sh('echo "search other.svc.cluster.local" > /etc/resolv.conf; nslookup web')).toContain('Address: 10.96.0.21');
    await c.pod.remove();
  });
});

describe('what lies outside', () => {
  it('is a catalogue of web hosts, with those of the operator', async () => {
    const c = await client(0);
    expect(await c.sh(wget('api.test'))).toBe('hello');
    expect(await c.sh('wget -qO- --post-data x=1 http://api.test/register')).toBe('registered');
    expect(await c.sh(wget('api.test/none'))).toContain('404');
    expect(await c.sh(wget('example.com'))).toContain('No request has left the machine');
    expect(await c.sh(wget('no.such.host'))).toContain('bad address');
    expect(await c.sh('wget -T 2 -qO- http://93.184.216.34/')).toContain('No route to host');
    await c.pod.remove();
  });
});
