/**
 * git, as far as fetching goes. A remote is any web server that answers GET <repository>.git/podbox.json with
 * {"branches": {"main": {"commit": "..", "message": "..", "files": {"README.md": ".."}}}, "head": "main"}; the catalogue of web hosts has some.
 */
import { list, readWhole, stat } from '../files/stat.js';
import { BLOCKED, errorMessage } from '../kernel/errors.js';
import { RAN } from '../kernel/program.js';
import type { Program } from '../kernel/program.js';
import { abandon, newFetch, parseUrl, stepFetch } from '../net/fetch.js';
import type { Fetch } from '../net/fetch.js';
import { mkdir } from './folders.js';
import { flush } from './simple.js';
import type { Io } from './simple.js';
import { writeFile } from './write-file.js';

interface Branch {
  commit: string;
  message: string;
  files: Record<string, string>;
}
interface Repository {
  head: string;
  branches: Record<string, Branch>;
}
interface GitState {
  url: string;
  folder: string;
  branch: string;
  quiet: boolean;
  pull: boolean;
  fetch: Fetch | null;
  body: string;
  pending: [number, string][];
  code: number;
}

const MAX_BODY = 16 * 1024 * 1024;
const TEXT = /^[^\0]*$/;

export const git: Program<GitState> = {
  init(argv, p, k) {
    const s: GitState = { url: '', folder: '', branch: '', quiet: false, pull: false, fetch: null, body: '', pending: [], code: -1 };
    const io: Io = { k, p, argv, out: '', err: '' };
    const code = begin(io, s);
    if (code !== undefined) s.code = code;
    if (io.out !== '') s.pending.push([1, io.out]);
    if (io.err !== '') s.pending.push([2, io.err]);
    return s;
  },
  step(k, p, s) {
    const left = flush(k, p, s.pending);
    if (left !== 0) return left;
    if (s.code >= 0 || !s.fetch) return Math.max(0, s.code);
    const event = stepFetch(k, p, s.fetch);
    const io: Io = { k, p, argv: p.argv, out: '', err: '' };
    switch (event.type) {
      case 'blocked':
        return BLOCKED;
      case 'error':
        io.err = `fatal: unable to access '${s.url}/': ${event.reason === 'name' ? `Could not resolve host: ${s.fetch.url.host}` : event.reason === 'connect' ? `Failed to connect to ${s.fetch.url.host} port ${s.fetch.url.port}: Could not connect to server` : 'Empty reply from server'}\n`;
        s.code = 128;
        break;
      case 'data':
        s.body += event.data;
        if (s.body.length <= MAX_BODY) return RAN;
        abandon(k, p, s.fetch);
        io.err = `fatal: repository '${s.url}/' is too large\n`;
        s.code = 128;
        break;
      case 'end':
        s.code = received(io, s, s.fetch.status);
        s.body = '';
        break;
      default:
        return RAN;
    }
    if (io.out !== '') s.pending.push([1, io.out]);
    if (io.err !== '') s.pending.push([2, io.err]);
    return RAN;
  },
};

/** An exit code, or undefined: something is to be fetched. */
function begin(io: Io, s: GitState): number | undefined {
  const args = io.argv.slice(1);
  while (args[0] === '-C' || args[0] === '-c') {
    const [option, value = ''] = args.splice(0, 2);
    if (option === '-C') io.p.cwd = value.startsWith('/') ? value : `${io.p.cwd}/${value}`;
  }
  const command = args.shift();
  switch (command) {
    case '--version':
    case 'version':
      io.out += 'git version 2.47.2\n';
      return 0;
    case 'clone':
      return clone(io, s, args);
    case 'pull':
    case 'fetch':
      return again(io, s, args);
    case 'rev-parse':
    case 'log':
    case 'status':
    case 'branch':
      return local(io, command, args);
    case undefined:
    case 'help':
    case '--help':
      io.out += 'usage: git [-C <path>] <command> [<args>]\n\nThe virtual git knows: clone, pull, fetch, log, status, branch, rev-parse\n';
      return command === undefined ? 1 : 0;
    default:
      io.err += `git: '${command}' is not in the virtual git, which knows clone, pull, fetch, log, status, branch and rev-parse.\n`;
      return 1;
  }
}

function clone(io: Io, s: GitState, args: string[]): number | undefined {
  const rest: string[] = [];
  for (let arg = args.shift(); arg !== undefined; arg = args.shift()) {
    if (arg === '-b' || arg === '--branch') s.branch = args.shift() ?? '';
    else if (arg === '--depth' || arg === '-o' || arg === '-c') args.shift();
    else if (arg === '-q' || arg === '--quiet') s.quiet = true;
    else if (arg.startsWith('--branch=')) s.branch = arg.slice(9);
    else if (!arg.startsWith('-')) rest.push(arg);
  }
  const [url, folder] = rest;
  if (url === undefined) {
    io.err += 'fatal: You must specify a repository to clone.\n';
    return 129;
  }
  s.url = url.replace(/\/$/, '');
  s.folder = folder ?? s.url.slice(s.url.lastIndexOf('/') + 1).replace(/\.git$/, '');
  const names = list(io.k, io.p, s.folder);
  if (typeof names !== 'number' ? names.length > 0 : typeof stat(io.k, io.p, s.folder) !== 'number') {
    io.err += `fatal: destination path '${s.folder}' already exists and is not an empty directory.\n`;
    return 128;
  }
  if (!s.quiet) io.err += `Cloning into '${s.folder}'...\n`;
  return ask(io, s);
}

function ask(io: Io, s: GitState): number | undefined {
  const url = /^https?:\/\//.test(s.url) ? parseUrl(`${s.url.replace(/\.git$/, '')}.git/podbox.json`) : undefined;
  if (!url) {
    io.err += `fatal: repository '${s.url}' does not exist (the virtual git clones over http and https)\n`;
    return 128;
  }
  s.fetch = newFetch(url, `GET ${url.path} HTTP/1.1\r\nHost: ${url.host}${url.port === 80 || url.port === 443 ? '' : `:${url.port}`}\r\nUser-Agent: git/2.47.2\r\nConnection: close\r\n\r\n`);
  return undefined;
}

function parseRepository(body: string): Repository | undefined {
  let found: unknown;
  try {
    found = JSON.parse(Buffer.from(body, 'latin1').toString('utf8'));
  } catch {
    return undefined;
  }
  const { head, branches } = (found ?? {}) as Partial<Repository>;
  if (typeof head !== 'string' || typeof branches !== 'object' || branches === null) return undefined;
  return Object.values(branches).every((branch) => typeof branch?.commit === 'string' && typeof branch.message === 'string' && typeof branch.files === 'object') ? { head, branches } : undefined;
}

function received(io: Io, s: GitState, status: number): number {
  const repository = status === 200 ? parseRepository(s.body) : undefined;
  if (!repository) {
    io.err += `remote: Not Found\nfatal: repository '${s.url}/' not found\n`;
    return 128;
  }
  const name = s.branch || repository.head;
  const branch = Object.hasOwn(repository.branches, name) ? repository.branches[name] : undefined;
  if (!branch) {
    io.err += `fatal: Remote branch ${name} not found in upstream origin\n`;
    return 128;
  }
  if (s.pull && readWhole(io.k, io.p, '.git/commit') === branch.commit) {
    io.out += 'Already up to date.\n';
    return 0;
  }
  const error = checkOut(io, s, name, branch);
  if (error !== '') {
    io.err += `fatal: ${error}\n`;
    return 128;
  }
  if (s.pull) io.out += `Updating to ${branch.commit.slice(0, 7)}\n`;
  return 0;
}

/** The branch's files, and what the other commands want to know, in .git. '' or what went wrong. */
function checkOut(io: Io, s: GitState, name: string, branch: Branch): string {
  const files: [string, string][] = Object.entries(branch.files).map(([path, text]) => [path, Buffer.from(String(text), 'utf8').toString('latin1')]);
  const own: [string, string][] = [
    ['.git/HEAD', `ref: refs/heads/${name}\n`], [`.git/refs/heads/${name}`, `${branch.commit}\n`], ['.git/commit', branch.commit], ['.git/message', Buffer.from(branch.message, 'utf8').toString('latin1')],
    ['.git/config', `[core]\n\trepositoryformatversion = 0\n[remote "origin"]\n\turl = ${s.url}\n\tfetch = +refs/heads/*:refs/remotes/origin/*\n[branch "${name}"]\n\tremote = origin\n\tmerge = refs/heads/${name}\n`],
  ];
  for (const [path, content] of [...own, ...files]) {
    if (!TEXT.test(path) || path.split('/').some((part) => part === '' || part === '..')) return `invalid path '${path}'`;
    const at = `${s.folder}/${path}`;
    mkdir({ ...io, argv: ['mkdir', '-p', at.slice(0, at.lastIndexOf('/'))], err: '' });
    const error = writeFile(io.k, io.p, at, content, path.endsWith('.sh') ? 0o777 : 0o666);
    if (error < 0) return `cannot create '${at}': ${errorMessage(error)}`;
  }
  return '';
}

function again(io: Io, s: GitState, args: string[]): number | undefined {
  const config = readWhole(io.k, io.p, '.git/config');
  if (typeof config !== 'string') return notHere(io);
  s.url = /url = (.*)/.exec(config)?.[1] ?? '';
  s.branch = /\[branch "(.*)"\]/.exec(config)?.[1] ?? '';
  s.folder = '.';
  s.pull = true;
  s.quiet = args.includes('-q');
  return ask(io, s);
}

function notHere(io: Io): number {
  io.err += 'fatal: not a git repository (or any of the parent directories): .git\n';
  return 128;
}

function local(io: Io, command: string, args: string[]): number {
  const read = (name: string) => readWhole(io.k, io.p, `.git/${name}`);
  const [commit, message, head] = [read('commit'), read('message'), read('HEAD')];
  if (typeof commit !== 'string' || typeof message !== 'string' || typeof head !== 'string') return notHere(io);
  const branch = head.trim().replace('ref: refs/heads/', '');
  if (command === 'rev-parse') io.out += `${args.includes('--abbrev-ref') ? branch : args.some((arg) => arg.startsWith('--short')) ? commit.slice(0, 7) : commit}\n`;
  else if (command === 'branch') io.out += args.includes('--show-current') ? `${branch}\n` : `* ${branch}\n`;
  else if (command === 'status') io.out += `On branch ${branch}\nYour branch is up to date with 'origin/${branch}'.\n\nnothing to commit, working tree clean\n`;
  else io.out += args.includes('--oneline') ? `${commit.slice(0, 7)} ${message}\n` : `commit ${commit}\n\n    ${message}\n`;
  return 0;
}
