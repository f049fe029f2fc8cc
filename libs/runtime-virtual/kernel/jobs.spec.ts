import { describe, expect, it } from '@jest/globals';
import { Session } from './test-session.js';

const CTRL_C = '\x03';
const CTRL_D = '\x04';
const CTRL_Z = '\x1a';
const CTRL_BACKSLASH = '\x1c';
const line = (number: string, state: string, text: string) => `${`${number}  ${state}`.padEnd(33)}${text}\r\n`;

/** What is typed, and what shows for it. All of it is what a real busybox shows. */
const sessions: Record<string, [string, string][]> = {
  'Ctrl-Z stops a command, fg and bg let it go on, Ctrl-C ends it': [
    ['sleep 100\r', 'sleep 100\r\n'],
    [CTRL_Z, `^Z${line('[1]+', 'Stopped', 'sleep 100')}/ # `],
    ['echo $?\r', 'echo $?\r\n148\r\n/ # '],
    ['bg\r', 'bg\r\n[1] sleep 100\r\n/ # '],
    ['jobs\r', `jobs\r\n${line('[1]+', 'Running', 'sleep 100')}/ # `],
    ['fg\r', 'fg\r\nsleep 100\r\n'],
    [CTRL_Z, `^Z${line('[1]+', 'Stopped', 'sleep 100')}/ # `],
    ['fg %1\r', 'fg %1\r\nsleep 100\r\n'],
    [CTRL_C, '^C\r\n/ # '],
    ['echo $?; jobs\r', 'echo $?; jobs\r\n130\r\n/ # '],
  ],
  'a pipeline stops as a whole; the job stopped last is the current one, running ones come after': [
    ['sleep 100\r', 'sleep 100\r\n'],
    [CTRL_Z, `^Z${line('[1]+', 'Stopped', 'sleep 100')}/ # `],
    ['sleep 200 | cat\r', 'sleep 200 | cat\r\n'],
    [CTRL_Z, `^Z${line('[2]+', 'Stopped', 'sleep 200 | cat')}/ # `],
    ['sleep 300 &\r', 'sleep 300 &\r\n/ # '],
    ['jobs\r', `jobs\r\n${line('[2]+', 'Stopped', 'sleep 200 | cat')}${line('[1]-', 'Stopped', 'sleep 100')}${line('[3] ', 'Running', 'sleep 300')}/ # `],
    ['jobs -l %2\r', `jobs -l %2\r\n${line('[2]+', '4 Stopped', 'sleep 200')}      5                          | cat\r\n/ # `],
    ['jobs -p\r', 'jobs -p\r\n4\r\n3\r\n6\r\n/ # '],
    ['fg %2\r', 'fg %2\r\nsleep 200 | cat\r\n'],
    [CTRL_Z, `^Z${line('[2]+', 'Stopped', 'sleep 200 | cat')}/ # `],
    ['kill %3\r', `kill %3\r\n${line('[3] ', 'Terminated', 'sleep 300')}/ # `],
    ['kill -9 %?100 %sleep\r', 'kill -9 %?100 %sleep\r\nsh: kill: %sleep: ambiguous\r\n/ # '],
  ],
  'a shell with stopped jobs stays once': [
    ['cat\r', 'cat\r\n'],
    [CTRL_Z, `^Z${line('[1]+', 'Stopped', 'cat')}/ # `],
    ['exit\r', 'exit\r\nYou have stopped jobs.\r\n/ # '],
    ['true\r', 'true\r\n/ # '],
    ['true\r', 'true\r\n/ # '],
    [CTRL_D, 'You have stopped jobs.\r\n/ # '],
    [CTRL_D, '\r\n'],
  ],
  'in the background nobody reads from the terminal': [
    ['cat &\r', 'cat &\r\n/ # '],
    ['\r', `\r\n${line('[1]+', 'Stopped (tty input)', 'cat')}/ # `],
    ['fg\r', 'fg\r\ncat\r\n'],
    ['line\r', 'line\r\nline\r\n'],
    [CTRL_D, '/ # '],
  ],
  'signals that stop, and that come while it is stopped': [
    ['sleep 100 &\r', 'sleep 100 &\r\n/ # '],
    ['kill -STOP $!\r', `kill -STOP $!\r\n${line('[1]+', 'Stopped (signal)', 'sleep 100')}/ # `],
    ['kill $!\r', 'kill $!\r\n/ # '],
    ['fg\r', 'fg\r\nsleep 100\r\nTerminated\r\n/ # '],
    ['echo $?\r', 'echo $?\r\n143\r\n/ # '],
    ['sleep 100 & sleep 200 &\r', 'sleep 100 & sleep 200 &\r\n/ # '],
    ['kill -TSTP %1; kill -9 %2\r', `kill -TSTP %1; kill -9 %2\r\n${line('[1]+', 'Stopped', 'sleep 100')}${line('[2]-', 'Killed', 'sleep 200')}/ # `],
  ],
  'Ctrl-C takes the rest of the line along, Ctrl-Z does not': [
    ['for i in 1 2; do sleep 100; done; echo never\r', 'for i in 1 2; do sleep 100; done; echo never\r\n'],
    [CTRL_C, '^C\r\n/ # '],
    ['sleep 100; echo after\r', 'sleep 100; echo after\r\n'],
    [CTRL_Z, `^Zafter\r\n${line('[1]+', 'Stopped', 'sleep 100')}/ # `],
    ['x=$(sleep 100); echo never\r', 'x=$(sleep 100); echo never\r\n'],
    [CTRL_C, '^C\r\n/ # '],
    ['sleep 100\r', 'sleep 100\r\n'],
    [CTRL_BACKSLASH, '^\\Quit\r\n/ # '],
    ['while :; do :; done\r', 'while :; do :; done\r\n'],
    [CTRL_C, '^C\r\n/ # '],
  ],
  'what jobs call their commands': [
    ['(sleep 50; echo x) & { sleep 50; echo y; } &\r', '(sleep 50; echo x) & { sleep 50; echo y; } &\r\n/ # '],
    ['for i in 1 2; do sleep 50; done &\r', 'for i in 1 2; do sleep 50; done &\r\n/ # '],
    ['sleep 70 | (cat; wc) &\r', 'sleep 70 | (cat; wc) &\r\n/ # '],
    ['jobs\r', `jobs\r\n${line('[4]+', 'Running', 'sleep 70 | (cat; wc)')}${line('[3]-', 'Running', 'for i in 1 2; do sleep 50; done')}${line('[2] ', 'Running', 'sleep 50; echo y')}${line('[1] ', 'Running', '(sleep 50; echo x)')}/ # `],
    ['kill %for\r', `kill %for\r\n${line('[3]-', 'Terminated', 'for i in 1 2; do sleep 50; done')}/ # `],
  ],
  'without job control nothing stops, and nothing goes on': [
    ['set +m\r', 'set +m\r\n/ # '],
    ['sleep 100 & jobs\r', `sleep 100 & jobs\r\n${line('[1]+', 'Running', '')}/ # `],
    ['fg\r', 'fg\r\nsh: fg: job (null) not created under job control\r\n/ # '],
    ['set -m; echo $-; bg %7\r', 'set -m; echo $-; bg %7\r\nsmi\r\nsh: bg: %7: no such job\r\n/ # '],
  ],
};

describe('job control on a terminal, as busybox has it', () => {
  it.each(Object.entries(sessions))('%s', (_, steps) => {
    const session = new Session();
    for (const [keys, shown] of steps) expect([keys, session.type(keys)]).toEqual([keys, shown]);
  });

  it.each(Object.entries(sessions))('goes on in another machine after each key: %s', (_, steps) => {
    const session = new Session();
    for (const [keys, shown] of steps) {
      expect([keys, session.type(keys)]).toEqual([keys, shown]);
      session.move();
    }
  });

  it('tells the end of a job before the next prompt, and waits for running jobs only', () => {
    const session = new Session();
    session.type('sleep 1 & sleep 2 &\r');
    session.type('wait %1; echo $?\r');
    expect(session.wait(1000)).toBe(`0\r\n${line('[1]-', 'Done', 'sleep 1')}/ # `);
    session.type('sleep 100\r');
    expect(session.type(CTRL_Z)).toContain('[1]+  Stopped');
    session.type('wait\r');
    expect(session.wait(1000)).toContain(line('[2]-', 'Done', 'sleep 2'));
    expect(session.run('wait %1; echo $?')).toBe('148\r\n');
  });

  it('lets a stopped sleep end on time, as soon as it goes on', () => {
    const session = new Session();
    session.type('sleep 5\r');
    session.type(CTRL_Z);
    expect(session.wait(60_000)).toBe('');
    expect(session.type('fg\r')).toBe('fg\r\nsleep 5\r\n/ # ');
  });

  it('does not stop what nobody could let go on: the command of an exec itself', () => {
    const session = new Session(['sh', '-c', 'read x; echo got $x']);
    expect(session.type(CTRL_Z)).toBe('^Z');
    expect(session.type('it\r')).toBe('it\r\ngot it\r\n');
    expect(session.code).toBe(0);
  });

  it('ends stopped jobs with the shell that could have let them go on; those that run stay', () => {
    const session = new Session();
    session.type('sleep 300 &\r');
    session.type('cat\r');
    session.type(CTRL_Z);
    session.type('exit\r');
    session.type('exit\r');
    expect(session.code).toBe(0);
    session.machine.startExec({ id: 'ps', containerId: 'main', argv: ['ps', '-o', 'stat,args'], tty: false, stdin: false });
    expect(session.wait(0)).toMatch(/^STAT COMMAND\nS +sleep 100000\nS +sleep 300\nZ +\[cat\]\nR +ps/);
  });

  it('shows stopped processes in ps', () => {
    const session = new Session();
    session.type('sleep 300\r');
    session.type(CTRL_Z);
    expect(session.run('ps -o stat,args | grep "sleep 3"')).toContain('T    sleep 300\r\n');
  });
});
