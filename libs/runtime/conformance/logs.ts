import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { TestPod, until, type Subject } from './fixture.js';

export function logs(subject: () => Subject): void {
  describe("a container's log", () => {
    it('has a stamped line for each line of stdout and stderr', async () => {
      const pod = await TestPod.run(subject());
      const status = await pod.exited(await pod.sh('app', 'echo out; sleep 0.1; echo err >&2; sleep 0.1; echo "  spaces  kept "; echo'));
      const entries = await pod.log('app');
      expect(entries.map(({ stream, tag, text }) => [stream, tag, text])).toEqual([
        ['stdout', 'F', 'out'],
        ['stderr', 'F', 'err'],
        ['stdout', 'F', '  spaces  kept '],
        ['stdout', 'F', ''],
      ]);
      for (const { time } of entries) {
        expect(time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{1,9}(Z|[+-]\d\d:\d\d)$/);
        expect(Date.parse(time)).toBeGreaterThanOrEqual(status.createdAt - 1);
        expect(Date.parse(time)).toBeLessThanOrEqual(status.finishedAt + 1);
      }
      await pod.remove();
    });

    it('is complete when the container has exited', async () => {
      const pod = await TestPod.run(subject());
      expect(await pod.outputOf('app', 'i=0; while [ $i -lt 2000 ]; do echo line $i; i=$((i+1)); done')).toBe(
        Array.from({ length: 2000 }, (_, i) => `line ${i}\n`).join(''),
      );
      await pod.remove();
    });

    it('can be read while the container runs', async () => {
      const pod = await TestPod.run(subject());
      await pod.sh('app', 'echo first; sleep 3600');
      await pod.logged('app', 'first');
      await pod.remove();
    });

    it('marks what has no end of line as partial', async () => {
      const pod = await TestPod.run(subject());
      await pod.exited(await pod.sh('app', 'printf unfinished'));
      expect((await pod.log('app')).map(({ tag, text }) => [tag, text])).toEqual([['P', 'unfinished']]);
      await pod.remove();
    });

    it('cuts long lines into partial entries that make the line again', async () => {
      const pod = await TestPod.run(subject());
      const text = await pod.outputOf('app', 'i=0; while [ $i -lt 4000 ]; do printf 0123456789; i=$((i+1)); done; echo');
      expect(text).toBe(`${'0123456789'.repeat(4000)}\n`);
      expect((await pod.log('app')).map(({ tag }) => tag).slice(-1)).toEqual(['F']);
      expect((await pod.log('app')).length).toBeGreaterThan(1);
      await pod.remove();
    });

    it('keeps bytes as they are', async () => {
      const pod = await TestPod.run(subject());
      expect(await pod.outputOf('app', 'echo "äöü €"')).toBe('äöü €\n');
      await pod.remove();
    });

    it('is one file for each attempt', async () => {
      const pod = await TestPod.run(subject());
      for (const attempt of [0, 1]) await pod.exited(await pod.sh('app', `echo attempt ${attempt}`, { attempt }));
      expect([await pod.logText('app', 0), await pod.logText('app', 1)]).toEqual(['attempt 0\n', 'attempt 1\n']);
      await pod.remove();
    });

    it('goes on in a new file after the old one was renamed and the log reopened', async () => {
      const pod = await TestPod.run(subject());
      const id = await pod.sh('app', 'read a; echo one; read a; echo two; sleep 3600', { stdin: true });
      const file = join(pod.config.logDirectory, 'app', '0.log');
      const session = await pod.runtime.attach(id, { stdin: true, stdout: false, stderr: false, tty: false });
      session.stdin?.write('\n');
      await pod.logged('app', 'one');
      await rename(file, `${file}.old`);
      await pod.runtime.reopenContainerLog(id);
      session.stdin?.write('\n');
      await until('the second line in a file of its own', async () => (await pod.logText('app')) === 'two\n');
      session.close();
      await pod.remove();
    });
  });
}
