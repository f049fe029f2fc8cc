import { describe, expect, it } from '@jest/globals';
import { REAL_TIME, ManualClock } from '#clock';
import { createMachine } from '../kernel/create-machine.js';
import { programs } from '../programs/index.js';
import { ThreadLoop } from './loop.js';
import type { ThreadMessage } from './protocol.js';

describe('a mistake in the kernel', () => {
  it('ends the process that meets it, and no other', () => {
    programs['broken'] = {
      init: () => null,
      step: () => {
        throw new Error('a bug');
      },
    };
    const messages: ThreadMessage[] = [];
    const loop = new ThreadLoop({
      machine: createMachine({ seed: 1 }),
      clock: new ManualClock(1000),
      post: (batch) => messages.push(...batch),
      beat: () => undefined,
      persistAfterMs: 1000,
    });
    const dns = { servers: [], searches: [], options: [] };
    const sandbox = { namespace: 'default', hostname: 'h', dns, hostAliases: [], sharePid: false, clock: REAL_TIME };
    const container = { imageId: 'image', env: {}, workingDir: '/', mounts: [], uid: 0, gid: 0, tty: false, stdin: false, readonlyRootfs: false };
    loop.receive([
      {
        type: 'addImage',
        layer: {
          id: 'image',
          entrypoint: [],
          cmd: [],
          env: {},
          workingDir: '/',
          user: '',
          files: {
            '/bin/broken': { type: 'program', program: 'broken', mode: 0o755 },
            '/bin/sleep': { type: 'program', program: 'sleep', mode: 0o755 },
          },
        },
      },
      { type: 'addSandbox', sandbox: { ...sandbox, id: 's1', podUid: 'p1', podName: 'bad', ip: '10.0.0.2' } },
      { type: 'addSandbox', sandbox: { ...sandbox, id: 's2', podUid: 'p2', podName: 'good', ip: '10.0.0.3' } },
      {
        type: 'startContainer',
        request: 1,
        logFile: '/nowhere/1.log',
        container: { ...container, id: 'c2', sandboxId: 's2', name: 'app', argv: ['sleep', '9'] },
      },
      {
        type: 'startContainer',
        request: 2,
        logFile: '/nowhere/2.log',
        container: { ...container, id: 'c1', sandboxId: 's1', name: 'app', argv: ['broken'] },
      },
    ]);
    delete programs['broken'];
    expect(messages.filter(({ type }) => type === 'exit')).toEqual([expect.objectContaining({ of: 'c1', signal: 11 })]);
    expect(messages.filter(({ type }) => type === 'fault')).toEqual([
      { type: 'fault', message: expect.stringContaining('broken in pod default/bad: Error: a bug') },
    ]);
  });
});
