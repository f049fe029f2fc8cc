import { describe, expect, it } from '@jest/globals';
import { runCommand } from '../kernel/test-machine.js';

const REPOSITORY = JSON.stringify({
  head: 'main',
  branches: {
    main: { commit: 'aaaaaaaaaa', message: 'First', files: { 'README.md': 'main é\n', 'bin/run.sh': '#!/bin/sh\necho ran\n' } },
    next: { commit: 'bbbbbbbbbb', message: 'Second', files: { 'README.md': 'next\n' } },
    evil: { commit: 'cccccccccc', message: 'Out', files: { '../../etc/passwd': 'x' } },
  },
});

function run(script: string) {
  return runCommand(['sh', '-c', `httpd -p 80 -h /srv\n${script}`], { workingDir: '/work', files: { '/srv/team/app.git/podbox.json': { type: 'file', mode: 0o644, content: Buffer.from(REPOSITORY, 'utf8').toString('latin1') } } });
}

describe('git', () => {
  it('clones the files of a remote', () => {
    const { stdout, stderr } = run('git clone http://localhost/team/app; cat app/README.md; app/bin/run.sh; git -C app log --oneline; git -C app rev-parse --abbrev-ref HEAD');
    expect(Buffer.from(stdout, 'latin1').toString('utf8')).toBe('main é\nran\naaaaaaa First\nmain\n');
    expect(stderr).toBe("Cloning into 'app'...\n");
  });

  it.each([
    ['a branch, into a folder', 'git clone -q -b next http://localhost/team/app.git /site; cat /site/README.md', 'next\n', ''],
    ['nothing new', 'git clone -q http://localhost/team/app; cd app; git pull', 'Already up to date.\n', ''],
    ['no repository', 'git clone -q http://localhost/team/none; echo $?', '128\n', "fatal: repository 'http://localhost/team/none/' not found\n"],
    ['no branch', 'git clone -q -b none http://localhost/team/app; echo $?', '128\n', 'fatal: Remote branch none not found in upstream origin\n'],
    ['no host', 'git clone -q http://nosuchhost/a; echo $?', '128\n', "fatal: unable to access 'http://nosuchhost/a/': Could not resolve host: nosuchhost\n"],
    ['a folder that is taken', 'mkdir app; touch app/x; git clone http://localhost/team/app; echo $?', '128\n', "fatal: destination path 'app' already exists and is not an empty directory.\n"],
    ['a path that leads out', 'git clone -q -b evil http://localhost/team/app; echo $?', '128\n', "fatal: invalid path '../../etc/passwd'\n"],
    ['another command', 'git rebase; echo $?', '1\n', "git: 'rebase' is not in the virtual git"],
  ])('knows %s', (_what, script, stdout, stderr) => {
    const done = run(script);
    expect(done.stdout).toBe(stdout);
    expect(done.stderr).toContain(stderr);
  });
});
