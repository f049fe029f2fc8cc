import { describe, expect, it } from '@jest/globals';
import type { ImageFile } from './machine.js';
import { runCommand } from './test-machine.js';

const file = (mode: number): ImageFile => ({ type: 'file', mode, content: 'text\n' });
const files: Record<string, ImageFile> = {
  '/data': { type: 'dir', mode: 0o755 }, '/data/open': file(0o666), '/data/read': file(0o644), '/data/root': file(0o600), '/data/script': { type: 'file', mode: 0o744, content: '#!/bin/sh\necho ran\n' },
  '/secret': { type: 'dir', mode: 0o700 }, '/secret/f': file(0o644),
};

describe('a container that runs as user 1000', () => {
  it.each([
    ['knows who it is', 'id -u; id -g', '1000\n1000\n'],
    ['reads what all may read', 'cat /data/read', 'text\n'],
    ['does not read what is root’s alone', 'cat /data/root', "cat: can't open '/data/root': Permission denied\n"],
    ['writes what all may write', 'echo x > /data/open; cat /data/open', 'x\n'],
    ['does not write what is read-only for it', 'echo x > /data/read; echo $?', "sh: can't create /data/read: Permission denied\n1\n"],
    ['makes no files in a directory of root', 'touch /data/new; echo $?', 'touch: /data/new: Permission denied\n1\n'],
    ['does not look into a directory that it may not search', 'cat /secret/f', "cat: can't open '/secret/f': Permission denied\n"],
    ['runs no file that it may not execute: 126', '/data/script; echo $?', 'sh: /data/script: Permission denied\n126\n'],
    ['makes files of its own in /tmp', 'echo mine > /tmp/f; ls -ln /tmp/f | cut -c1-32; cat /tmp/f', '-rw-r--r--    1 1000     1000   \nmine\n'],
    ['gives nothing away', 'touch /tmp/f; chown 0 /tmp/f; echo $?', 'chown: /tmp/f: Operation not permitted\n1\n'],
    ['changes only its own modes', 'chmod 777 /data/read; echo $?; touch /tmp/f; chmod 600 /tmp/f; echo $?', 'chmod: /data/read: Operation not permitted\n1\n0\n'],
    ['makes files as its umask says', 'umask 077; touch /tmp/f; mkdir /tmp/d; stat -c %a /tmp/f /tmp/d', '600\n700\n'],
    ['sees $ at its prompt and / as its home', 'echo $HOME', '/\n'],
  ])('%s', (_, script, expected) => {
    const { stdout, stderr, outputs } = runCommand(['sh', '-c', script], { files, uid: 1000, gid: 1000 });
    const shown = outputs.flatMap((output) => (output.type === 'output' ? [output.data] : [])).join('');
    expect({ shown, stdout, stderr }).toMatchObject({ shown: expected });
  });

  it('may do what one of its groups may', () => {
    const script = 'chgrp 2000 /data/open; chmod 660 /data/open';
    const asRoot = runCommand(['sh', '-c', `${script}; ls -ln /data/open | cut -c1-33`], { files });
    expect(asRoot.stdout).toBe('-rw-rw----    1 0        2000    \n');
    const { stdout } = runCommand(['sh', '-c', 'id -G; mkdir /tmp/d; chgrp 2000 /tmp/d; echo $?; chgrp 3000 /tmp/d; echo $?'], { uid: 1000, gid: 1000, groups: [2000] });
    expect(stdout).toBe('1000 2000\n0\n1\n');
  });
});
