import { describe, expect, it } from '@jest/globals';
import { SystemClock, type PodClockRow } from '#clock';
import { TestPod, until, type Subject } from './fixture.js';

const clock = new SystemClock();
const NEW_YEAR = Date.UTC(2030, 0, 1);
const at = (rate: number, paused = false): PodClockRow => ({ realBase: clock.now(), virtualBase: NEW_YEAR, rate, paused });

export function clocks(subject: () => Subject): void {
  describe("a pod's clock", () => {
    it('is what the pod sees and is reported in', async () => {
      const pod = await TestPod.run(subject(), { clock: at(1, true) });
      expect(await pod.outputOf('app', 'date +%Y-%m-%dT%H:%M:%S')).toBe('2030-01-01T00:00:00\n');
      expect(await pod.status((await pod.runtime.listContainers({ podUid: pod.uid }))[0]?.id ?? '')).toMatchObject({
        createdAt: NEW_YEAR,
        startedAt: NEW_YEAR,
        finishedAt: NEW_YEAR,
      });
      expect((await pod.log('app'))[0]?.time).toMatch(/^2030-01-01T00:00:00\.0+Z$/);
      await pod.remove();
    });

    it('can run faster', async () => {
      const pod = await TestPod.run(subject(), { clock: at(10_000) });
      const status = await pod.exited(await pod.sh('app', 'sleep 600; exit 3'));
      expect(status.exitCode).toBe(3);
      expect(status.finishedAt - status.startedAt).toBeGreaterThanOrEqual(600_000);
      await pod.remove();
    });

    it('can be moved while the pod sleeps', async () => {
      const pod = await TestPod.run(subject(), { clock: at(1, true) });
      const id = await pod.sh('app', 'sleep 3600');
      await pod.runtime.setClock([pod.uid], { ...at(1, true), virtualBase: NEW_YEAR + 3_600_000 });
      expect(await pod.exited(id)).toMatchObject({ exitCode: 0, finishedAt: NEW_YEAR + 3_600_000 });
      await pod.remove();
    });

    it('tells when its pods are at rest, what they have done by then, and what wakes them next', async () => {
      const pod = await TestPod.run(subject(), { clock: at(1, true) });
      const id = await pod.sh('app', 'i=0; while [ $i -lt 1000 ]; do i=$((i+1)); done; sleep 60; sleep 30');
      const first = await pod.runtime.atRest([pod.uid]);
      expect(first).toMatchObject({ next: NEW_YEAR + 60_000, busy: [] });
      expect(await pod.runtime.atRest([pod.uid])).toEqual(first);
      await pod.runtime.setClock([pod.uid], { ...at(1, true), virtualBase: NEW_YEAR + 60_000 });
      const second = await until('the second sleep', async () => {
        const rest = await pod.runtime.atRest([pod.uid]);
        return rest.next > NEW_YEAR + 60_000 && rest;
      });
      expect([second.next, second.activity === first.activity]).toEqual([NEW_YEAR + 90_000, false]);
      await pod.runtime.setClock([pod.uid], { ...at(1, true), virtualBase: NEW_YEAR + 90_000 });
      expect(await pod.exited(id)).toMatchObject({ finishedAt: NEW_YEAR + 90_000 });
      await pod.remove();
    });

    it('names the pods that do not come to rest', async () => {
      const pod = await TestPod.run(subject(), { clock: at(1, true) });
      await pod.sh('app', 'while true; do :; done');
      expect(await pod.runtime.atRest([pod.uid])).toMatchObject({ next: Infinity, busy: [pod.uid] });
      await pod.remove();
    });

    it('measures the grace of a stop', async () => {
      const pod = await TestPod.run(subject(), { clock: at(1, true) });
      const id = await pod.start('app', ['sleep', '36000']);
      const stopped = pod.runtime.stopContainer(id, 30_000);
      expect((await pod.runtime.execSync(id, ['echo', 'alive'], 0)).stdout.toString()).toBe('alive\n');
      await pod.runtime.setClock([pod.uid], { ...at(1, true), virtualBase: NEW_YEAR + 30_000 });
      await stopped;
      expect(await until('the exit', () => pod.status(id))).toMatchObject({ exitCode: 137, finishedAt: NEW_YEAR + 30_000 });
      await pod.remove();
    });
  });
}
