import { describe, expect, it } from '@jest/globals';
import { TestPod, until, type Subject } from './fixture.js';

export function listing(subject: () => Subject): void {
  describe('lists', () => {
    it('tell a kubelet that has forgotten everything what is there', async () => {
      const pod = await TestPod.run(subject(), { annotations: { note: 'adopt me' } });
      const other = await TestPod.run(subject());
      const first = await pod.exited(await pod.sh('app', 'exit 1'));
      const second = await pod.sh('app', 'sleep 3600', { attempt: 1, annotations: { hash: 'abc' } });
      await other.sh('app', 'sleep 3600');
      const sandboxes = await pod.runtime.listPodSandboxes();
      expect(sandboxes.map(({ id }) => id)).toEqual(expect.arrayContaining([pod.sandboxId, other.sandboxId]));
      expect(sandboxes.find(({ id }) => id === pod.sandboxId)).toMatchObject({ metadata: pod.config.metadata, annotations: { note: 'adopt me' } });
      expect((await pod.runtime.listContainers({ podUid: pod.uid })).map(({ id, state, metadata }) => [id, state, metadata])).toEqual([
        [second, 'RUNNING', { name: 'app', attempt: 1 }],
        [first.id, 'EXITED', { name: 'app', attempt: 0 }],
      ]);
      expect(await pod.status(second)).toMatchObject({ annotations: { hash: 'abc' }, logPath: 'app/1.log' });
      expect((await pod.runtime.listContainers()).length).toBeGreaterThanOrEqual(3);
      await pod.remove();
      await other.remove();
      expect(await pod.runtime.listContainers({ podUid: pod.uid })).toEqual([]);
    });

    it('know nothing of what never was', async () => {
      const { runtime } = subject();
      expect(await runtime.listPodSandboxes({ podUid: 'nobody' })).toEqual([]);
      expect(await runtime.listContainers({ podUid: 'nobody' })).toEqual([]);
      await runtime.removeContainer('0'.repeat(64));
    });
  });

  describe('events', () => {
    it('tell of each step in the life of a pod', async () => {
      const seen: { podUid: string; type: string; id: string }[] = [];
      const { runtime } = subject();
      void (async () => {
        for await (const event of runtime.events()) seen.push(event);
      })();
      const pod = await TestPod.run(subject());
      const id = await pod.sh('app', 'exit 0');
      await pod.exited(id);
      await pod.remove();
      const mine = await until('the last event', () => {
        const events = seen.filter(({ podUid }) => podUid === pod.uid);
        return events.some(({ type }) => type === 'SANDBOX_REMOVED') && events;
      });
      const sandbox = mine.filter((event) => event.id === pod.sandboxId).map(({ type }) => type);
      const container = mine.filter((event) => event.id === id).map(({ type }) => type);
      expect(sandbox).toEqual(['SANDBOX_READY', 'SANDBOX_STOPPED', 'SANDBOX_REMOVED']);
      expect(container).toEqual(['CONTAINER_CREATED', 'CONTAINER_STARTED', 'CONTAINER_EXITED', 'CONTAINER_REMOVED']);
    });
  });
}
