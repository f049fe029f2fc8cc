/** Containers and execs: their first process, its files, its end. */
import { etcInode } from '../files/etc.js';
import { DEFAULT_PATH, resolveCommand } from '../files/executable.js';
import { TERMINATION_MESSAGE_BYTES } from '#runtime';
import { addInode, entry, fileContent, inodeOf, newFilesystem, overImage, ROOT } from '../files/inodes.js';
import { subPathInode } from '../files/volumes.js';
import { mounted, rootId, walk } from '../files/walk.js';
import { addOpenFile, attachAt } from './open-files.js';
import { EACCES } from './errors.js';
import type { Kernel } from './kernel.js';
import { now } from './kernel.js';
import { STREAM_WINDOW } from './machine.js';
import type { ContainerInit, MachineOutput, StartResult } from './machine.js';
import { makeDirectory } from '../files/change.js';
import { makePipe } from './pipes.js';
import { addProcess, become, endProcess, sendSignal } from './processes.js';
import { SIGKILL } from './signals.js';
import type { Container, Exec, Process } from './state.js';

const failed = (error: string): StartResult => ({ ok: false, error });
const STARTED: StartResult = { ok: true };
/** Programs see bytes: UTF-8, one character a byte. */
export function toBytes(text: string): string {
  return /^[\0-\x7f]*$/.test(text) ? text : Buffer.from(text, 'utf8').toString('latin1');
}

export function startContainer(k: Kernel, init: ContainerInit): StartResult {
  const image = k.core.images.get(init.imageId);
  if (!image) return failed(`no such image: ${init.imageId}`);
  k.pod.filesystems[rootId(init.id)] = overImage(rootId(init.id), image);
  let namespace = 0;
  if (!k.box.init.sharePid) namespace = k.box.namespaces.push({ lastPid: 0, processes: 0 }) - 1;
  // Its root is read-only for the container, not for what prepares it.
  const container: Container = {
    init: { ...init, readonlyRootfs: false }, namespace, main: 0, mounts: [], hidesPrograms: false, env: environment(k, init, false), stdin: init.stdin ? -1 : 0, tty: init.tty ? -1 : 0,
    memory: 0, oom: false, output: { window: STREAM_WINDOW, waiters: [] },
  };
  k.box.containers[init.id] = container;
  const setup = template(k, container, init.tty ? environment(k, init, true) : container.env);
  for (const mount of init.mounts) {
    const error = mountVolume(k, setup, container, mount);
    if (error === undefined) continue;
    removeContainer(k, init.id);
    return failed(error);
  }
  if (init.terminationMessagePath) makeMessageFile(k, setup, container, init.terminationMessagePath);
  setup.cwd = '/';
  const workingDir = init.workingDir || '/';
  makePath(k, setup, workingDir);
  setup.cwd = workingDir;
  container.init = init;
  const result = start(k, container, setup, init.argv.map(toBytes), init.id);
  if (!result.ok) removeContainer(k, init.id);
  return result;
}

/** The environment of a container's main process, or of its execs; `more` is the exec's own. */
function environment(k: Kernel, init: ContainerInit, tty: boolean, more: Record<string, string> = {}): Record<string, string> {
  const env: Record<string, string> = { PATH: DEFAULT_PATH, HOSTNAME: k.box.init.hostname };
  if (tty) env['TERM'] = 'xterm';
  for (const given of [init.env, more]) for (const key of Object.keys(given)) if (key !== '__proto__') env[key] = toBytes(given[key]!);
  env['HOME'] ??= init.uid === 0 ? '/root' : '/';
  return env;
}

/** A process that does not run: as whom a container's set-up looks at files. */
function template(k: Kernel, container: Container, env: Record<string, string>): Process {
  return {
    id: 0, pid: 0, namespace: container.namespace, parent: 0, group: 0, container: container.init.id, leads: '', program: '', argv: [], state: null,
    env, cwd: '/', uid: 0, gid: 0, groups: [], umask: 0o22, files: [], children: 0, zombie: false, stopped: 0, exitCode: 0, exitSignal: 0,
    ignored: 0, caught: 0, pending: 0, run: 0, wakeAt: 0, startedAt: now(k), steps: 0, memory: 0, measureAt: 0, tty: 0, limits: null,
  };
}

/** Starts the main process of a container or exec as its user, with what `setup` has. */
function start(k: Kernel, io: Container | Exec, setup: Process, argv: string[], leads: string): StartResult {
  const { init } = k.box.containers[setup.container]!;
  const tty = io.tty < 0;
  setup.uid = init.uid;
  setup.gid = init.gid;
  setup.groups = init.groups ?? [];
  const command = resolveCommand(k, setup, argv, setup.env);
  if (typeof command === 'number') return failed(startError(k, setup, argv[0] ?? '', command));
  io.tty = 0;
  const child = addProcess(k, setup, 0, [], leads);
  if (!child) return failed('resource temporarily unavailable');
  io.main = child.id;
  openStandard(k, child, io, leads, tty);
  become(k, child, command.program, command.argv, setup.env);
  return STARTED;
}

/** The words of runc. */
function startError(k: Kernel, p: Process, name: string, error: number): string {
  if (!name.includes('/')) return `exec: "${name}": executable file not found in $PATH`;
  const place = walk(k, p, name);
  if (error === EACCES && typeof place !== 'number' && place.kind === 'inode') {
    return inodeOf(place.m, place.inode)!.type === 'dir' ? `exec: "${name}": is a directory` : `exec: "${name}": permission denied`;
  }
  if (error === -8) return `exec ${name}: exec format error`;
  return `exec: "${name}": stat ${name}: no such file or directory`;
}

function openStandard(k: Kernel, p: Process, io: Container | Exec, of: string, tty: boolean): void {
  if (tty) {
    io.tty = addOpenFile(k, { kind: 'tty', of, columns: 80, rows: 24, group: p.id, echo: true, line: '', ready: [], waiters: [], refs: 0, editor: { active: false, prompt: '', cursor: 0, escape: '', history: [], at: 0, draft: '', tabbed: false, search: null } });
    p.tty = io.tty;
    for (const fd of [0, 1, 2]) attachAt(k, p, io.tty, fd);
    return;
  }
  if (io.stdin < 0) {
    io.stdin = makePipe(k, 1, 1, { credits: of });
    attachAt(k, p, addOpenFile(k, { kind: 'read', pipe: io.stdin, refs: 0 }), 0);
  } else attachAt(k, p, addOpenFile(k, { kind: 'null', refs: 0 }), 0);
  attachAt(k, p, addOpenFile(k, { kind: 'host', of, stream: 'stdout', refs: 0 }), 1);
  attachAt(k, p, addOpenFile(k, { kind: 'host', of, stream: 'stderr', refs: 0 }), 2);
}

function makePath(k: Kernel, setup: Process, path: string): void {
  let done = '';
  for (const name of path.split('/').filter(Boolean)) {
    done += `/${name}`;
    makeDirectory(k, setup, done, 0o755);
  }
}

/** Makes the mount point where the image has none, and the subPath's directory where the volume has none. Returns why it cannot be mounted. */
function mountVolume(k: Kernel, setup: Process, container: Container, mount: ContainerInit['mounts'][number]): string | undefined {
  const m = mounted(k, mount.volumeId);
  const inode = subPathInode(m, mount.subPath, now(k));
  if (typeof inode === 'string') return inode;
  const path = mount.path.replace(/(.)\/+$/, '$1');
  const place = walk(k, setup, path);
  if (typeof place === 'number' || place.kind === 'missing') {
    if (inodeOf(m, inode)!.type === 'dir') makePath(k, setup, path);
    else {
      makePath(k, setup, path.slice(0, path.lastIndexOf('/')));
      const parent = walk(k, setup, path);
      const empty = { type: 'file' as const, mode: 0o644, uid: 0, gid: 0, mtime: now(k), links: 1, chunks: [], size: 0 };
      if (typeof parent !== 'number' && parent.kind === 'missing') addInode(parent.m, parent.directory, parent.name, empty);
    }
  }
  const shown = walk(k, setup, path);
  const real = typeof shown !== 'number' && shown.kind === 'inode' && etcInode(path) === 0 ? shown.path : path;
  if (/^\/((usr|bin|sbin|opt)(\/|$)|$)/.test(real)) container.hidesPrograms = true;
  container.mounts.push({ path: real, fs: mount.volumeId, inode, readonly: mount.readonly });
  return undefined;
}

const messageId = (container: string): string => `message:${container}`;
const MESSAGE = 'message';

/** A small filesystem of the container's own with one file in it, which is mounted where the pod wants it. */
function makeMessageFile(k: Kernel, setup: Process, container: Container, path: string): void {
  const id = messageId(container.init.id);
  k.pod.filesystems[id] = newFilesystem(id, 0, now(k));
  addInode(mounted(k, id), ROOT, MESSAGE, { type: 'file', mode: 0o666, uid: 0, gid: 0, mtime: now(k), links: 1, chunks: [], size: 0 });
  mountVolume(k, setup, container, { volumeId: id, subPath: MESSAGE, path, readonly: false });
}

/** The end of what the container has left in it; undefined: nothing. */
function readMessage(k: Kernel, container: string): string | undefined {
  const fs = k.pod.filesystems[messageId(container)];
  const root = fs?.inodes[ROOT];
  const file = root?.type === 'dir' ? fs!.inodes[entry(root, MESSAGE) ?? 0] : undefined;
  return file?.type === 'file' && file.size > 0 ? fileContent(file).slice(-TERMINATION_MESSAGE_BYTES) : undefined;
}

export function startExec(k: Kernel, container: Container, exec: { id: string; argv: string[]; tty: boolean; stdin: boolean; env?: Record<string, string> }): StartResult {
  const main = k.box.processes[container.main];
  if (!main) return failed('container not running');
  const made: Exec = { id: exec.id, container: container.init.id, main: 0, stdin: exec.stdin ? -1 : 0, tty: exec.tty ? -1 : 0, output: { window: STREAM_WINDOW, waiters: [] } };
  k.box.execs[exec.id] = made;
  const setup = template(k, container, exec.tty || exec.env ? environment(k, container.init, exec.tty, exec.env) : container.env);
  setup.cwd = container.init.workingDir || '/';
  const result = start(k, made, setup, exec.argv.map(toBytes), exec.id);
  if (!result.ok) delete k.box.execs[exec.id];
  return result;
}

/** The main process of a container or an exec has ended: the host is told, what is left of the container is killed. */
export function led(k: Kernel, p: Process): void {
  const container = k.box.containers[p.leads];
  if (container) {
    container.main = 0;
    // With a PID namespace of its own the kernel has done this already; in a shared one the runtime does.
    for (const other of Object.values(k.box.processes)) {
      if (other.container === p.leads && other !== p) endProcess(k, other, 128 + SIGKILL, SIGKILL);
    }
  }
  const exit: MachineOutput = { type: 'exit', of: p.leads, code: p.exitCode, signal: p.exitSignal, oom: container?.oom ?? false, at: now(k) };
  const message = container && readMessage(k, p.leads);
  if (message !== undefined) exit.message = message;
  k.core.outputs.push(exit);
  if (!container) delete k.box.execs[p.leads];
}

export function removeContainer(k: Kernel, id: string): void {
  const container = k.box.containers[id];
  if (!container) return;
  const main = k.box.processes[container.main];
  if (main) sendSignal(k, main, SIGKILL, true);
  delete k.pod.filesystems[rootId(id)];
  delete k.pod.filesystems[messageId(id)];
  delete k.box.containers[id];
}
