import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SystemClock } from '#clock';
import { TestPod, until, type Subject } from '#runtime/conformance';
import { createVirtualRuntime } from './runtime.js';

let subject: Subject;

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'podbox-catalogue-'));
  const runtime = await createVirtualRuntime({ clock: new SystemClock(), dataDir: folder, nodeIp: '10.0.0.1', threads: 1 });
  subject = { runtime, logFolder: join(folder, 'logs'), image: 'busybox', missingImage: '', dispose: () => rm(folder, { recursive: true }) };
  for (const image of ['busybox', 'nginx:1.9.1', 'ghost:3.21']) await runtime.pullImage({ image });
});
afterAll(async () => {
  await subject.runtime.close();
  await subject.dispose();
});

/** A container that runs what its image runs. */
async function own(pod: TestPod, name: string, image: string): Promise<string> {
  await subject.runtime.pullImage({ image });
  return pod.start(name, [], { image: { image } });
}

describe('the images of the catalogue', () => {
  it('share the network of a pod: nginx and ghost beside a busybox', async () => {
    const pod = await TestPod.run(subject);
    await own(pod, 'nginx', 'nginx:1.9.1');
    await own(pod, 'ghost', 'ghost:3.21');
    const busybox = await pod.start('busybox', ['sleep', '3600']);
    const run = async (container: string, ...command: string[]) => {
      const { stdout, stderr } = await subject.runtime.execSync(container, command, 0);
      return stdout.toString() + stderr.toString();
    };
    await until('both to listen', async () =>
      /0\.0\.0\.0:2368[^]*0\.0\.0\.0:80 |0\.0\.0\.0:80 [^]*0\.0\.0\.0:2368/.test(await run(busybox, 'netstat', '-ntlp')),
    );
    expect(await run(busybox, 'wget', '-qO-', 'http://localhost')).toContain('<h1>Welcome to nginx!</h1>');
    expect(await run(busybox, 'wget', '-qO-', 'http://localhost:2368')).toContain('Ghost');
    expect(await run(busybox, 'ps', 'aux')).toMatch(/^\s*1 .*sleep 3600$/m);
    await pod.remove();
  });

  it.each([
    ['registry.example.com/team/echo:1.0', 'SUCCESS\n'],
    ['busybox', ''],
    ['alpine:3.22', ''],
    ['debian:bookworm-slim', ''],
  ])('%s runs its own command to the end', async (image, text) => {
    const pod = await TestPod.run(subject);
    expect(await pod.exited(await own(pod, 'app', image))).toMatchObject({ exitCode: 0, reason: 'Completed' });
    expect(await pod.logText('app')).toBe(text);
    await pod.remove();
  });

  it.each([
    ['python:3.12', 'python3 --version; python3 -c 1; echo $?', 'Python 3.12\n126\n', 'python3: the virtual runtime runs no Python programs'],
    ['node:22-alpine', 'node --version; node app.js; echo $?', 'v22\n126\n', 'node: the virtual runtime runs no JavaScript programs'],
    ['redis:7.4', 'redis-server >/dev/null & sleep 1; redis-cli set a 1; redis-cli incr a; echo "lpush l x y\nlrange l 0 -1" | redis-cli', 'OK\n2\n2\ny\nx\n', ''],
    ['postgres:17', 'pg_isready; POSTGRES_PASSWORD=x postgres 2>/dev/null & sleep 1; pg_isready; nc -z localhost 5432 && echo open', '/var/run/postgresql:5432 - no response\n/var/run/postgresql:5432 - accepting connections\nopen\n', ''],
  ])('%s does what can be done without its real program', async (image, script, stdout, stderr) => {
    const pod = await TestPod.run(subject);
    const id = await (await subject.runtime.pullImage({ image }), pod.start('app', ['sleep', '100'], { image: { image } }));
    const ran = await subject.runtime.execSync(id, ['sh', '-c', script], 0);
    expect(ran.stdout.toString()).toBe(stdout);
    expect(ran.stderr.toString()).toContain(stderr);
    await pod.remove();
  });

  it.each(['curlimages/curl', 'registry.k8s.io/e2e-test-images/jessie-dnsutils:1.3'])('%s has the tools it is taken for', async (image) => {
    const pod = await TestPod.run(subject);
    await subject.runtime.pullImage({ image });
    expect(await pod.outputOf('app', 'which curl dig', { image: { image } })).toBe('/usr/bin/curl\n/usr/bin/dig\n');
    await pod.remove();
  });

  it('stops nginx at once, as its signal handler does', async () => {
    const pod = await TestPod.run(subject);
    const id = await own(pod, 'nginx', 'nginx:1.9.1');
    await until('nginx to listen', async () => (await subject.runtime.execSync(id, ['curl', '-s', 'localhost'], 0)).exitCode === 0);
    await subject.runtime.stopContainer(id, 60_000);
    expect(await pod.status(id)).toMatchObject({ state: 'EXITED', exitCode: 0 });
    await pod.remove();
  });
});
