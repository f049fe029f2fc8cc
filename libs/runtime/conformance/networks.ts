import { describe, expect, it } from '@jest/globals';
import type { ServiceEntry } from '../port.js';
import { readAll, TestPod, until, type Subject } from './fixture.js';

const SERVER = 'mkdir /tmp/www; echo page > /tmp/www/index.html; exec httpd -f -p 8080 -h /tmp/www';

export function networks(subject: () => Subject): void {
  const server = async () => {
    const pod = await TestPod.run(subject());
    const id = await pod.sh('server', SERVER);
    await until('the server to listen', async () => (await pod.runtime.execSync(id, ['wget', '-qO-', 'http://127.0.0.1:8080/'], 0)).exitCode === 0);
    return pod;
  };

  describe('the network', () => {
    it('is one for all containers of a pod', async () => {
      const pod = await server();
      expect(await pod.outputOf('client', 'wget -qO- http://localhost:8080/')).toBe('page\n');
      await pod.remove();
    });

    it('leads from pod to pod', async () => {
      const pod = await server();
      // Enough clients to be on each thread or core there is.
      const clients = await Promise.all([1, 2, 3, 4].map(() => TestPod.run(subject())));
      const ip = await pod.ip();
      for (const client of clients) expect(await client.outputOf('client', `wget -qO- http://${ip}:8080/`)).toBe('page\n');
      for (const client of clients) await client.remove();
      await pod.remove();
    });

    it('refuses connections where nobody listens', async () => {
      const pod = await server();
      const client = await TestPod.run(subject());
      const status = await client.exited(await client.sh('client', `wget -qO- http://${await pod.ip()}:8081/`));
      expect(status.exitCode).toBe(1);
      expect(await client.logText('client')).toContain('Connection refused');
      await client.remove();
      await pod.remove();
    });
  });

  describe('the names of Services', () => {
    const services: ServiceEntry[] = [
      { namespace: 'conformance', name: 'web', ip: '10.96.1.1', ports: [] },
      { namespace: 'other', name: 'db', ip: 'None', ports: [], endpoints: [{ ip: '10.1.2.3', hostname: 'db-0' }] },
    ];

    it('are looked up in the search domains, and are there as soon as the Service is', async () => {
      const pod = await TestPod.run(subject());
      await pod.sh('waiting', 'until nslookup web; do sleep 0.1; done; until nslookup db-0.db.other.svc.cluster.local; do sleep 0.1; done; echo found');
      await until('a look-up in vain', async () => /can't find|can't resolve/.test(await pod.logText('waiting')));
      pod.runtime.setServices(services);
      await pod.logged('waiting', 'found');
      expect(await pod.logText('waiting')).toMatch(/10\.96\.1\.1[^]*10\.1\.2\.3/);
      pod.runtime.setServices([]);
      expect((await pod.exited(await pod.sh('gone', 'nslookup web'))).exitCode).toBe(1);
      await pod.remove();
    });
  });

  describe('dial', () => {
    it('connects to a port of the sandbox', async () => {
      const pod = await server();
      const connection = await pod.runtime.dial(pod.sandboxId, 8080);
      connection.write('GET / HTTP/1.0\r\nHost: x\r\n\r\n');
      expect(await readAll(connection)).toMatch(/^HTTP\/1\.[01] 200 OK\r\n[^]*\r\n\r\npage\n$/);
      await pod.remove();
    });

    it('is refused where nobody listens', async () => {
      const pod = await TestPod.run(subject());
      await expect(pod.runtime.dial(pod.sandboxId, 8080)).rejects.toMatchObject({ code: 'CONNECTION_REFUSED' });
      await pod.remove();
    });

    it('is refused in a stopped sandbox', async () => {
      const pod = await TestPod.run(subject());
      await pod.runtime.stopPodSandbox(pod.sandboxId);
      await expect(pod.runtime.dial(pod.sandboxId, 8080)).rejects.toMatchObject({ code: 'NOT_RUNNING' });
      await pod.remove();
    });
  });
}
