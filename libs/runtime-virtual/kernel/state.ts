/**
 * The whole state of a pod, as plain JSON: no closures, Maps, undefined or Infinity. Everything refers to everything else by id.
 * Records that are keyed by what a user chose (file names, variables) hold only strings or numbers and are read through typeof,
 * so that a name such as "constructor" is never taken for a member of Object.prototype.
 */
import type { PodClockRow } from '#clock';
import type { Filesystem } from '../files/inodes.js';
import type { Bytes, ContainerInit, SandboxInit } from './machine.js';

export interface Pod {
  uid: string;
  /** Volumes and the containers' writable layers, by id. */
  filesystems: Record<string, Filesystem>;
  volumes: Record<string, number>;
  sandboxes: Record<string, Sandbox>;
}

export interface Sandbox {
  init: SandboxInit;
  clock: PodClockRow;
  /** State of the pseudo random generator behind /dev/urandom and $RANDOM. */
  random: number;
  /** The last id given to an open file, pipe, socket or here-document. */
  lastId: number;
  namespaces: PidNamespace[];
  /** By process id: namespace index * PIDS + pid. */
  processes: Record<number, Process>;
  living: number;
  open: Record<number, OpenFile>;
  pipes: Record<number, Pipe>;
  /** Listening sockets by address and port (`0.0.0.0:80`: all addresses): the id of its OpenFile. */
  ports: Record<string, number>;
  nextPort: number;
  containers: Record<string, Container>;
  execs: Record<string, Exec>;
  /** Ids of processes that can run, in turn. */
  ready: number[];
}

/** A namespace's processes have ids from `index * PIDS`. */
export const PIDS = 1_000_000;
export interface PidNamespace {
  lastPid: number;
  processes: number;
}

export interface Container {
  init: ContainerInit;
  namespace: number;
  /** Process id of the main process; 0 once it has ended. */
  main: number;
  /** What lies over its root, each with the inode that it shows. */
  mounts: { path: string; fs: string; inode: number; readonly: boolean }[];
  /** Something is mounted where programs are looked for. */
  hidesPrograms: boolean;
  /** What its execs have as their environment. */
  env: Record<string, string>;
  /** Id of the pipe behind stdin; 0: /dev/null. */
  stdin: number;
  tty: number;
  /** Bytes that its processes are charged with. */
  memory: number;
  /** It was killed because it held too much. */
  oom: boolean;
  output: Outlet;
}

export interface Exec {
  id: string;
  container: string;
  main: number;
  stdin: number;
  tty: number;
  output: Outlet;
}

/** How many bytes of output the host takes now (STREAM_WINDOW), and the processes that wait for it to take more. */
export interface Outlet {
  window: number;
  waiters: number[];
}

/** IDLE: waits to be woken. QUEUED: in `ready`. RUNNING: in its step. WOKEN: in its step, and something it waited for has happened. */
export const IDLE = 0;
export const QUEUED = 1;
export const RUNNING = 2;
export const WOKEN = 3;

export interface Process {
  id: number;
  pid: number;
  namespace: number;
  /** Process ids; 0: none (the parent is outside). */
  parent: number;
  group: number;
  container: string;
  /** The container or exec whose main process this is, or ''. */
  leads: string;
  program: string;
  argv: string[];
  state: unknown;
  env: Record<string, string>;
  cwd: string;
  uid: number;
  gid: number;
  /** Supplementary groups. */
  groups: number[];
  umask: number;
  /** Ids of open files by descriptor; 0: closed. */
  files: number[];
  /** How many children have not been reaped. */
  children: number;
  zombie: boolean;
  /** The signal that it is stopped by; 0: none. */
  stopped: number;
  /** What wait() gives: the exit code, or the signal that ended it. */
  exitCode: number;
  exitSignal: number;
  /** Bit masks, signal n being bit n. */
  ignored: number;
  caught: number;
  pending: number;
  run: number;
  /** Pod time at which it is woken; 0: no timer. */
  wakeAt: number;
  startedAt: number;
  steps: number;
  /** Bytes that it was found to hold, and after how many steps it is measured next. */
  memory: number;
  measureAt: number;
  /** Id of the controlling terminal (an OpenFile); 0: none. */
  tty: number;
  /** Resource limits other than the usual ones, [soft, hard] by ulimit's letters. */
  limits: Record<string, [number, number]> | null;
}

export type OpenFile = { refs: number } & (
  | { kind: 'file'; fs: string; inode: number; path: string; position: number; read: boolean; write: boolean; append: boolean }
  | { kind: 'directory'; path: string }
  | { kind: 'read'; pipe: number }
  | { kind: 'write'; pipe: number }
  | { kind: 'null' }
  | { kind: 'zero' }
  | { kind: 'full' }
  | { kind: 'random' }
  /** A generated text (below /proc), as it was when opened. */
  | { kind: 'text'; text: Bytes; position: number }
  /** Goes to the host as the output of a container or exec. */
  | { kind: 'host'; of: string; stream: 'stdout' | 'stderr' }
  | Terminal
  | { kind: 'listener'; ip: string; port: number; pending: number[]; waiters: number[] }
  | Socket
);

export interface Terminal {
  kind: 'tty';
  of: string;
  columns: number;
  rows: number;
  /** The foreground process group. */
  group: number;
  echo: boolean;
  /** Keys are read one by one, as they are typed, and do not show. */
  raw?: boolean;
  /** Lines as typed so far, and lines that wait to be read. `ends`: Ctrl-D presses that wait to be read. */
  line: Bytes;
  ready: Bytes[];
  waiters: number[];
  editor: Editor;
}

/** A shell's line editing; `active` while it waits at its prompt. */
export interface Editor {
  active: boolean;
  prompt: Bytes;
  /** Where in the line the next character goes. */
  cursor: number;
  /** An escape sequence of which only the beginning has come. */
  escape: Bytes;
  history: Bytes[];
  /** Which entry is shown; history.length: the line that is being typed, kept in `draft` meanwhile. */
  at: number;
  draft: Bytes;
  /** The last key was Tab, and added nothing: the next one shows what fits. */
  tabbed: boolean;
  /** Ctrl-R: what is looked for in the history, and the prompt meanwhile put aside; null: nothing is. */
  search: { text: Bytes; prompt: Bytes } | null;
}

/** One end of a connection: what comes in, what goes out. `link` names the far end where that is outside of the sandbox. */
export interface Socket {
  kind: 'socket';
  rx: number;
  tx: number;
  localIp: string;
  localPort: number;
  remoteIp: string;
  remotePort: number;
  link: string;
  /** connecting, open, refused: an errno. */
  status: 'connecting' | 'open' | 'failed';
  error: number;
  waiters: number[];
}

export interface Pipe {
  chunks: Bytes[];
  size: number;
  readers: number;
  writers: number;
  /** Process ids to wake when it can be read, or written. */
  waitRead: number[];
  waitWrite: number[];
  /** Where bytes go that leave the sandbox: the connection's id, or ''. */
  link: string;
  /** Stdin of this container or exec: reading gives credits to the host. '' otherwise. */
  credits: string;
  /** It has a name: whether a reader and a writer have come since it was last unused. Each side waits for the other's first. */
  fifo?: { reader: boolean; writer: boolean };
}

export const PIPE_CAPACITY = 65_536;
export const CHUNK = 65_536;
/** Processes a sandbox may have at once, and open descriptors a process. */
export const MAX_PROCESSES = 4096;
export const MAX_FILES = 1024;
