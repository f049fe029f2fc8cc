import { describe, expect, it } from '@jest/globals';
import { checkEntries } from './entry.js';

const GOOD = { name: 'app', repositories: ['docker.io/team/app'], tags: '1\\..*', size: 1000, entrypoint: ['/run.sh'], files: { '/run.sh': { mode: 0o755, content: '#!/bin/sh\n' } }, programs: { '/bin': ['sh', 'ash=sh'] } };
const check = (entry: unknown) => checkEntries([entry], 'mine.yaml', new Set(['sh']));

describe('an image catalogue', () => {
  it('takes what is right', () => {
    expect(check(GOOD)).toEqual([GOOD]);
    expect(checkEntries(null, 'empty.yaml', new Set())).toEqual([]);
  });

  it.each([
    [{ ...GOOD, size: undefined }, 'mine.yaml: [0].size: is missing'],
    [{ ...GOOD, size: '4Mi' }, 'mine.yaml: [0].size: must be a number of bytes, 0 or more'],
    [{ ...GOOD, name: 'My App' }, 'mine.yaml: [0].name: must be a name of small letters, digits, dots and dashes'],
    [{ ...GOOD, repositories: ['app'] }, 'mine.yaml: [0].repositories[0]: must be a registry and a path, such as docker.io/library/busybox'],
    [{ ...GOOD, tags: '(' }, 'mine.yaml: [0].tags: must be a regular expression: '],
    [{ ...GOOD, cmd: 'sh' }, 'mine.yaml: [0].cmd: must be a list'],
    [{ ...GOOD, cmd: ['sleep', 5] }, 'mine.yaml: [0].cmd[1]: must be a text (put it in quotes)'],
    [{ ...GOOD, env: { A: 1 } }, 'mine.yaml: [0].env["A"]: must be a text (put it in quotes)'],
    [{ ...GOOD, user: 101 }, 'mine.yaml: [0].user: must be uid or uid:gid in quotes'],
    [{ ...GOOD, files: { 'run.sh': '' } }, 'mine.yaml: [0].files["run.sh"]: its key must be an absolute path'],
    [{ ...GOOD, files: { '/run.sh': { content: '' } } }, 'mine.yaml: [0].files["/run.sh"].mode: must be permission bits, such as 0o755'],
    [{ ...GOOD, programs: { '/bin': ['sh', 'emacs'] } }, 'mine.yaml: [0].programs["/bin"][1]: "emacs" is no program of the virtual runtime'],
    [{ ...GOOD, command: [] }, 'mine.yaml: [0].command: is not known; an image has name, '],
    ['busybox', 'mine.yaml: [0]: must be a map'],
  ])('says where it is wrong, and what would be right: %#', (entry, message) => {
    expect(() => check(entry)).toThrow(message);
  });

  it('is a list', () => {
    expect(() => checkEntries({ name: 'app' }, 'mine.yaml', new Set())).toThrow('mine.yaml: the file: must be a list of images');
  });
});
