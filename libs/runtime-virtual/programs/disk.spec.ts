import { describe, expect, it } from '@jest/globals';
import { runCommand } from '../kernel/test-machine.js';

const run = (script: string) => runCommand(['sh', '-c', script]).stdout;

describe('what is mounted, and how full it is', () => {
  it('is told by df', () => {
    expect(run('df /')).toBe('Filesystem           1K-blocks      Used Available Use% Mounted on\noverlay               52428800   5242880  47185920  10% /\n');
    expect(run("df -h /dev/shm | awk 'NR>1{print $2, $6}'")).toBe('64.0M /dev/shm\n');
  });

  it('is told by mount', () => {
    expect(run('mount | head -1')).toBe('overlay on / type overlay (rw,relatime)\n');
  });

  it('is told by du, in blocks', () => {
    expect(run('mkdir -p /a/b; echo x > /a/f; head -c 5000 /dev/zero > /a/b/g; du /a; du -sh /a')).toBe('12\t/a/b\n20\t/a\n20.0K\t/a\n');
  });

  it('is told by ss: who listens', () => {
    expect(run('httpd -p 8080; ss -Hntl')).toMatch(/^LISTEN +0 +128 +0\.0\.0\.0:8080 +0\.0\.0\.0:\*\n$/);
  });
});
