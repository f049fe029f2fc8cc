import { describe, expect, it } from '@jest/globals';
import { readAll, TestPod, until, type Subject } from './fixture.js';

const PLAIN = { tty: false, stdin: false, stdout: true, stderr: true };

export function streams(subject: () => Subject): void {
  /** A container that waits, for commands to be run in it. */
  const idle = async () => {
    const pod = await TestPod.run(subject());
    return { pod, id: await pod.sh('app', 'while true; do sleep 3600; done') };
  };

  describe('execSync', () => {
    it('returns both outputs and the exit code', async () => {
      const { pod, id } = await idle();
      const result = await pod.runtime.execSync(id, ['sh', '-c', 'echo out; echo err >&2; exit 5'], 0);
      expect({ ...result, stdout: result.stdout.toString(), stderr: result.stderr.toString() }).toEqual({
        stdout: 'out\n',
        stderr: 'err\n',
        exitCode: 5,
      });
      await pod.remove();
    });

    it('kills the command when it takes too long', async () => {
      const { pod, id } = await idle();
      await expect(pod.runtime.execSync(id, ['sleep', '3601'], 200)).rejects.toMatchObject({ code: 'TIMEOUT' });
      await until('the command to be gone', async () => !(await pod.runtime.execSync(id, ['ps'], 0)).stdout.toString().includes('3601'));
      await pod.remove();
    });

    it('works for many at once', async () => {
      const { pod, id } = await idle();
      const results = await Promise.all(Array.from({ length: 8 }, (_, i) => pod.runtime.execSync(id, ['sh', '-c', `echo ${i}`], 0)));
      expect(results.map(({ stdout }) => stdout.toString())).toEqual(Array.from({ length: 8 }, (_, i) => `${i}\n`));
      await pod.remove();
    });
  });

  describe('exec', () => {
    it('streams both outputs and ends with the exit code', async () => {
      const { pod, id } = await idle();
      const session = await pod.runtime.exec(id, { ...PLAIN, command: ['sh', '-c', 'echo $HOSTNAME; echo err >&2; exit 3'] });
      expect(await Promise.all([readAll(session.stdout), readAll(session.stderr), session.exit])).toEqual([`${pod.name}\n`, 'err\n', 3]);
      await pod.remove();
    });

    it('gives 128 + n when the command was killed', async () => {
      const { pod, id } = await idle();
      const session = await pod.runtime.exec(id, { ...PLAIN, command: ['sh', '-c', 'kill -9 $$'] });
      expect(await session.exit).toBe(137);
      await pod.remove();
    });

    it('feeds stdin until it ends', async () => {
      const { pod, id } = await idle();
      const session = await pod.runtime.exec(id, { ...PLAIN, stdin: true, command: ['cat'] });
      session.stdin?.write('one\n');
      session.stdin?.end('two');
      expect([await readAll(session.stdout), await session.exit]).toEqual(['one\ntwo', 0]);
      await pod.remove();
    });

    it('carries more than fits into any buffer, both ways, whoever is slow', async () => {
      const { pod, id } = await idle();
      const session = await pod.runtime.exec(id, { ...PLAIN, stdin: true, command: ['cat'] });
      const sent = Buffer.alloc(1_000_000, 'abcdefghij\n');
      session.stdin?.end(sent);
      // Nobody reads yet: cat has to wait, and so has the writer.
      await until('stdin to be held back', () => (session.stdin?.writableLength ?? 0) > 0);
      expect((await readAll(session.stdout)) === sent.toString()).toBe(true);
      expect(await session.exit).toBe(0);
      await pod.remove();
    });

    it('has a terminal when asked for one', async () => {
      const { pod, id } = await idle();
      const session = await pod.runtime.exec(id, {
        command: ['sh', '-c', 'test -t 0 && echo terminal; echo err >&2'],
        tty: true,
        stdin: true,
        stdout: true,
        stderr: false,
      });
      session.resize(80, 24);
      expect(await readAll(session.stdout)).toBe('terminal\r\nerr\r\n');
      expect(await session.exit).toBe(0);
      await pod.remove();
    });

    it('refuses a command that is not there', async () => {
      const { pod, id } = await idle();
      await expect(pod.runtime.exec(id, { ...PLAIN, command: ['nosuchcommand'] })).rejects.toMatchObject({
        code: 'START_FAILED',
        message: expect.stringMatching(/exec: "nosuchcommand": executable file not found in \$PATH/),
      });
      await pod.remove();
    });

    it('is refused where nothing runs', async () => {
      const pod = await TestPod.run(subject());
      const id = await pod.sh('app', 'exit 0');
      await pod.exited(id);
      await expect(pod.runtime.exec(id, { ...PLAIN, command: ['true'] })).rejects.toMatchObject({ code: 'NOT_RUNNING' });
      await expect(pod.runtime.execSync(id, ['true'], 0)).rejects.toMatchObject({ code: 'NOT_RUNNING' });
      await expect(pod.runtime.execSync('0'.repeat(64), ['true'], 0)).rejects.toMatchObject({ code: 'NOT_FOUND' });
      await pod.remove();
    });

    it('ends when its container does', async () => {
      const { pod, id } = await idle();
      const session = await pod.runtime.exec(id, { ...PLAIN, command: ['sleep', '3600'] });
      await pod.runtime.stopContainer(id, 0);
      expect(await session.exit).toBe(137);
      await pod.remove();
    });
  });

  describe('attach', () => {
    it('shows what the container prints, beside its log, and ends with it', async () => {
      const pod = await TestPod.run(subject());
      // A moment before the end: containerd may drop what is printed in the instant of the exit (docs/differences.md).
      const id = await pod.sh('app', 'read name; echo hello $name; echo err >&2; sleep 0.5; exit 6', { stdin: true });
      const session = await pod.runtime.attach(id, { ...PLAIN, stdin: true });
      session.stdin?.write('world\n');
      expect(await Promise.all([readAll(session.stdout), readAll(session.stderr), session.exit])).toEqual(['hello world\n', 'err\n', 6]);
      expect(await pod.logText('app')).toContain('hello world\n');
      await pod.remove();
    });

    it('leaves the container alone when it is closed', async () => {
      const { pod, id } = await idle();
      const session = await pod.runtime.attach(id, PLAIN);
      session.close();
      expect((await pod.runtime.execSync(id, ['echo', 'alive'], 0)).stdout.toString()).toBe('alive\n');
      expect(await pod.status(id)).toMatchObject({ state: 'RUNNING' });
      await pod.remove();
    });
  });
}
