import { describe, expect, it } from '@jest/globals';
import type { RuntimeContainer } from '#runtime';
import { chooseAttempt, mayWrite } from './find-log.js';
import { bearsSecret, parseStreamingRequest } from './request.js';

const run = (attempt: number, state: RuntimeContainer['state'] = 'EXITED', name = 'app'): RuntimeContainer => ({
  id: `${name}-${attempt}`,
  sandboxId: 's',
  metadata: { name, attempt },
  image: 'busybox',
  imageRef: 'busybox',
  state,
  createdAt: 1,
  startedAt: 1,
  finishedAt: state === 'EXITED' ? 2 : 0,
  exitCode: 0,
  reason: '',
  message: '',
  labels: {},
  annotations: {},
  logPath: `${name}/${attempt}.log`,
});

describe('which run a log is read from', () => {
  const cases: [string, Parameters<typeof chooseAttempt>[0], RuntimeContainer[], number[], number | undefined][] = [
    ['the newest that the runtime knows', { container: 'app', previous: false }, [run(2), run(1)], [1], 2],
    ['another container does not count', { container: 'app', previous: false }, [run(7, 'RUNNING', 'other'), run(1)], [], 1],
    ['files outlive what the runtime knows', { container: 'app', previous: false }, [], [0, 3], 3],
    ['nothing there yet: the first', { container: 'app', previous: false }, [], [], 0],
    ['previous: the one before', { container: 'app', previous: true }, [run(2)], [0, 1, 2], 1],
    ['previous of a first run: none', { container: 'app', previous: true }, [run(0)], [0], undefined],
    ['previous of nothing: none', { container: 'app', previous: true }, [], [], undefined],
    ['a run that was asked for by number', { container: 'app', attempt: 1, previous: true }, [run(2)], [0, 1, 2], 1],
    ['a former run whose log has gone: none', { container: 'app', attempt: 0, previous: true }, [run(2)], [2], undefined],
    ['a run that is only about to begin', { container: 'app', attempt: 3, previous: false }, [run(2)], [2], 3],
  ];
  it.each(cases)('%s', (_name, wanted, containers, files, expected) => {
    expect(chooseAttempt(wanted, containers, files)).toBe(expected);
  });

  it('only a run that has not ended may write', () => {
    expect(mayWrite([run(1, 'RUNNING')], 'app', 1)).toBe(true);
    expect(mayWrite([run(1, 'EXITED')], 'app', 1)).toBe(false);
    expect(mayWrite([run(2, 'RUNNING')], 'app', 1)).toBe(false);
  });
});

describe('requests to the streaming server', () => {
  it('a log request with all its options', () => {
    expect(parseStreamingRequest('/containerLogs/ns/pod/app?follow=true&previous=1&tailLines=5&sinceSeconds=7&timestamps=true&limitBytes=9&attempt=2&stream=Stderr')).toEqual({
      type: 'log',
      namespace: 'ns',
      pod: 'pod',
      container: 'app',
      attempt: 2,
      previous: true,
      sinceSeconds: 7,
      options: { follow: true, timestamps: true, since: undefined, tailLines: 5, limitBytes: 9, stream: 'stderr' },
    });
  });

  it('an exec on a terminal has no stderr of its own', () => {
    expect(parseStreamingRequest('/exec/ns/pod/app?command=sh&command=-c&command=a%20b&stdin=true&stdout=true&stderr=true&tty=true')).toEqual({
      type: 'exec',
      namespace: 'ns',
      pod: 'pod',
      container: 'app',
      command: ['sh', '-c', 'a b'],
      tty: true,
      stdin: true,
      stdout: true,
      stderr: false,
    });
  });

  it.each([['/'], ['/exec/ns/pod'], ['/exec/ns/pod/app/more'], ['/exec//pod/app'], ['/portForward/ns/pod'], ['//'], ['http://[']])('%s is no path of ours', (path) => {
    expect(parseStreamingRequest(path)).toBeUndefined();
  });

  it('only the whole secret opens', () => {
    expect(bearsSecret('Bearer secret', 'secret')).toBe(true);
    for (const wrong of [undefined, '', 'secret', 'Bearer secre', 'Bearer secrets', 'Basic secret']) expect(bearsSecret(wrong, 'secret')).toBe(false);
  });
});
