import { describe, expect, it } from '@jest/globals';
import { runCommand } from '../kernel/test-machine.js';

describe('a shell that is called as bash', () => {
  it.each([
    ['echo {1..5}', '1 2 3 4 5'],
    ['for i in {1..3}; do echo -n "$i "; done', '1 2 3 '],
    ['echo {1..100} | wc -w', '100'],
    ['echo {5..1} {1..10..3} {a..e} {08..11}', '5 4 3 2 1 1 4 7 10 a b c d e 08 09 10 11'],
    ['echo x{a,b,c}y {a,b}{1,2}', 'xay xby xcy a1 a2 b1 b2'],
    ['echo {a,b{1,2}}c', 'ac b1c b2c'],
    ['echo "{1..3}" \'{a,b}\' \\{a,b} {x} {} ${HOME}{1,2}', '{1..3} {a,b} {a,b} {x} {} /root1 /root2'],
    ['x=2; echo {1..$x} {a,$x}', '{1..2} a 2'],
    ['mkdir -p d/{a,b}; ls d | tr "\\n" " "', 'a b '],
    ['case a in a) echo 1;& b) echo 2;; esac', '1\n2'],
  ])('%s', (script, expected) => {
    const { stdout } = runCommand(['bash', '-c', script], { env: { HOME: '/root' } });
    expect(stdout.replace(/\n$/, '')).toBe(expected);
  });

  it('leaves braces alone when it is called sh', () => {
    expect(runCommand(['sh', '-c', 'echo {1..3} {a,b}']).stdout).toBe('{1..3} {a,b}\n');
  });

  it('says that a command is not found in its own words', () => {
    expect(runCommand(['bash', '-c', 'nosuch; echo $?'])).toMatchObject({ stdout: '127\n', stderr: 'bash: nosuch: command not found\n' });
  });
});
