import { describe, expect, it } from '@jest/globals';
import { Session } from '../kernel/test-session.js';
import { runCommand } from '../kernel/test-machine.js';

const run = (script: string) => {
  const { stdout, stderr } = runCommand(['sh', '-c', script]);
  return stdout + stderr;
};

describe('Figures of the sandbox and its node', () => {
  it.each([
    ['free: used grows with what processes hold', 'a=$(free | awk "NR==2{print \\$3}"); for i in $(seq 50); do sleep 9 & done; b=$(free | awk "NR==2{print \\$3}"); [ $b -gt $((a + 2000)) ] && echo more', 'more\n'],
    ['free: files in the pod are cache', 'a=$(free | awk "NR==2{print \\$6}"); head -c 3000000 /dev/zero > /f; b=$(free | awk "NR==2{print \\$6}"); echo $((b - a)); free -m | awk "NR==2{print \\$2}"', '2930\n7812\n'],
    ['free: the parts are the whole, and meminfo says the same', 'free | awk "NR==2{print \\$2 - \\$3 - \\$4 - \\$6}"; [ $(awk "/MemTotal/{print \\$2}" /proc/meminfo) = $(free | awk "NR==2{print \\$2}") ] && echo same', '0\nsame\n'],
    ['df: what is written shows', 'a=$(df / | awk "NR==2{print \\$3}"); head -c 4096000 /dev/zero > /f; b=$(df / | awk "NR==2{print \\$3}"); echo $((b - a))', '4000\n'],
    ['uptime', 'sleep 200; uptime | cut -d, -f1; sleep 7200; uptime | cut -d, -f1; sleep 180000; uptime | cut -d, -f1,2', ' 00:03:20 up 3 min\n 02:03:20 up  2:03\n 04:03:20 up 2 days,  4:03\n'],
    ['nproc and cpuinfo', 'nproc; grep -c processor /proc/cpuinfo', '2\n2\n'],
    ['top -b -n', 'top -b -n 2 -d 1 | grep -c "^Mem:"; top -bn1 | sed -n 4p; top -b -n 1 | grep -c " top -b -n 1$"', '2\n  PID  PPID USER     STAT   VSZ %VSZ CPU %CPU COMMAND\n1\n'],
    ['top -n 0', 'top -n 0; echo $?', "1\ntop: invalid number '0'\n"],
  ])('%s', (_, script, expected) => expect(run(script)).toBe(expected));

  it('top on a terminal goes on until q, and shows the new state each time', () => {
    const session = new Session();
    expect(session.run('top')).toContain('\x1b[H\x1b[JMem: ');
    expect(session.wait(5000)).toContain('\x1b[H\x1b[JMem: ');
    expect(session.type(' ')).toContain('\x1b[H\x1b[JMem: ');
    expect(session.type('q')).toMatch(/[#$] $/);
    expect(session.run('echo back')).toBe('back\r\n');
  });

  it('the load is of those that want to run, and top shows them first', () => {
    const session = new Session();
    session.run('(while :; do :; done) &');
    expect(session.run('cut -c1-4 /proc/loadavg')).toContain('1.00');
    session.run('top');
    expect(session.wait(5000)).toMatch(/%CPU COMMAND\r\n +\d+ +\d+ root +R [^\n]* [1-9]\d*% sh\r\n/);
  });

  it('Ctrl-C ends top, and the terminal is as before', () => {
    const session = new Session();
    session.run('top');
    expect(session.type('\x03')).toMatch(/[#$] $/);
    expect(session.run('cat')).toBe('');
    expect(session.type('typed\r')).toBe('typed\r\ntyped\r\n');
  });
});
