/** A shell's state: plain data. Frames are what would be the call stack. */
import type { Node, Script } from './nodes.js';
import { parseScript } from './parse.js';

export const EXPORTED = 1;
export const READONLY = 2;

export interface Shell {
  /** Source texts that frames and functions refer to by index. */
  sources: string[];
  frames: Frame[];
  vars: Record<string, string>;
  /** EXPORTED | READONLY by variable. */
  flags: Record<string, number>;
  /** Body of a function: source index * MAX_NODES + node. */
  functions: Record<string, number>;
  /** $0, and $1.. */
  name: string;
  params: string[];
  status: number;
  /** Exit status of the last command substitution of the command being expanded. */
  substituted: number;
  /** $$ and $! */
  pid: number;
  background: number;
  /** Letters of `set`. */
  options: string;
  pipefail: boolean;
  /** Actions by signal name, EXIT included. */
  traps: Record<string, string>;
  /** Signals that were ignored when it started (bit mask): it cannot trap them. */
  deaf: number;
  /** The EXIT trap has run, or runs. */
  exiting: boolean;
  jobs: Job[];
  /** null: none was ever made, as in most scripts. */
  aliases: Record<string, string> | null;
  /** Source and line of the last alias: it is not one yet for what stands on its own line. */
  aliased: string;
  source: number;
  interactive: boolean;
  /** Job control (`set -m`): each job is a process group, and the one in the foreground has the terminal. */
  monitor: boolean;
  /** It said that there are stopped jobs: 2 just now, 1 with the command before; then the next exit is one. */
  warned: number;
  /** It is bash: braces are expanded, errors are worded as bash does. */
  bash: boolean;
  /** A script file: its messages name the line. */
  file: boolean;
  /** `eval`, or the file that `.` reads, for messages; ''. */
  within: string;
  /** In a subshell whose status is tested: errexit does not apply. */
  tested: boolean;
  line: number;
  getopts: number;
  /** Exported variables as the environment of children; null: to be made anew. */
  env: Record<string, string> | null;
  startedAt: number;
}

export interface Job {
  number: number;
  /** Its processes; the last one's status is the job's. */
  members: Member[];
  state: 'running' | 'stopped' | 'done';
  /** Made under job control: its processes are a group of their own. */
  control: boolean;
  /** It has ended or stopped, and that has not been shown. */
  changed: boolean;
  /** It was waited for: the next job takes its place. */
  told: boolean;
}

export interface Member {
  /** Process id, and its pid. */
  id: number;
  pid: number;
  text: string;
  ended: boolean;
  status: number;
  /** What ended it, and what it is stopped by; 0: nothing. */
  signal: number;
  stop: number;
}

/** Structural frames: source, node, progress. */
interface At {
  s: number;
  n: number;
  i: number;
}
/** Results of the command substitutions that an expansion has asked for so far. */
interface Expanding {
  subs: string[];
}

export type Frame =
  | (At & { t: 'node' })
  | (At & { t: 'list' })
  | (At & { t: 'andor' })
  | (At & { t: 'not' })
  | (At & { t: 'if' })
  | (At & { t: 'while'; status: number })
  | (At & Expanding & { t: 'for'; items: string[] | null })
  | (At & Expanding & { t: 'case' })
  | (At & Expanding & { t: 'command' })
  | (At & Expanding & { t: 'redirected' })
  /** A command that is expanded already: of `command`, `exec` .. */
  | { t: 'run'; argv: string[]; functions: boolean; path: string }
  | { t: 'call'; params: string[]; locals: Record<string, string | 0>; localFlags: Record<string, number>; options: string | null; line: number }
  | { t: 'sourced'; params: string[] | null; within: string; file: boolean }
  | { t: 'eval'; within: string }
  | { t: 'failed'; status: number; exit: boolean }
  | { t: 'restore'; saved: [number, number][]; vars: Record<string, string | 0>; flags: Record<string, number> }
  | { t: 'wait'; child: number }
  | { t: 'waitall'; children: number[]; statuses: number[] }
  | { t: 'foreground'; job: number }
  | { t: 'resume'; jobs: number[] }
  | { t: 'substitute'; fd: number; child: number; text: string }
  | { t: 'emit'; fd: number; text: string }
  | { t: 'program'; program: string; state: unknown }
  | { t: 'waitfor'; pids: number[] | null; index: number; one: boolean }
  | { t: 'read'; names: string[]; raw: boolean; escaped: boolean; text: string; limit: number; taken: number; delimiter: string; fd: number; until: number; silent: boolean }
  | { t: 'trap'; status: number }
  | { t: 'status'; status: number }
  | { t: 'input'; fd: number; text: string; prompted: boolean; script: boolean };

/** Frames that expand words: they keep what their command substitutions gave. */
export type ExpandingFrame = Extract<Frame, { subs: string[] }>;

export const MAX_NODES = 1_000_000;
const MAX_FRAMES = 1000;

export function newShell(name: string, pid: number, startedAt: number): Shell {
  return {
    sources: [], frames: [], vars: {}, flags: {}, functions: {}, name, params: [], status: 0, substituted: 0, pid, background: 0, options: '', pipefail: false,
    traps: {}, deaf: 0, exiting: false, jobs: [], aliases: null, aliased: '', source: 0, interactive: false, monitor: false, warned: 0, bash: false, file: false, within: '', tested: false, line: 0, getopts: 0, env: null, startedAt,
  };
}

/** A subshell's state: the same variables and functions, its own frames, no traps, no jobs. */
export function copyShell(sh: Shell, frames: Frame[]): Shell {
  const traps: Record<string, string> = {};
  for (const name of Object.keys(sh.traps)) if (sh.traps[name] === '') traps[name] = '';
  return { ...sh, frames, vars: { ...sh.vars }, flags: { ...sh.flags }, traps, exiting: false, jobs: [], interactive: false, monitor: false };
}

/** An error that ends a command, and a shell that is not interactive. Thrown within a step only. */
export class ShellError extends Error {
  constructor(
    message: string,
    readonly status = 2,
    /** The message says whose it is. */
    readonly named = false,
  ) {
    super(message);
  }
}

/** Which line an error of a builtin is on, as messages tell it; a terminal's shell does not. */
export function where(sh: Shell): string {
  return sh.interactive ? '' : `line ${sh.file ? sh.line : 0}: `;
}

export function script(sh: Shell, s: number): Script {
  return parseScript(sh.sources[s]!, sh.bash);
}

export function nodeAt(sh: Shell, s: number, n: number): Node {
  return script(sh, s).nodes[n]!;
}

export function push(sh: Shell, frame: Frame): void {
  if (sh.frames.length >= MAX_FRAMES) throw new ShellError('too many nested commands', 2);
  sh.frames.push(frame);
}

/** Runs a node next. */
export function pushNode(sh: Shell, s: number, n: number): void {
  if (n < 0) {
    sh.status = 0;
    return;
  }
  push(sh, { t: 'node', s, n, i: 0 });
}

/** Runs a text next: of -c, eval, a trap, a sourced file. */
export function pushSource(sh: Shell, source: string): void {
  let s = sh.sources.indexOf(source);
  if (s < 0) {
    dropSources(sh);
    sh.sources = [...sh.sources, source];
    s = sh.sources.length - 1;
  }
  pushNode(sh, s, script(sh, s).root);
}

/** Forgets texts at the end of the table that no frame and no function refers to, so that a loop around eval does not grow it. */
function dropSources(sh: Shell): void {
  if (sh.sources.length < 16) return;
  let used = -1;
  for (const frame of sh.frames) if ('s' in frame) used = Math.max(used, frame.s);
  for (const name of Object.keys(sh.functions)) used = Math.max(used, Math.floor(sh.functions[name]! / MAX_NODES));
  sh.sources = sh.sources.slice(0, used + 1);
}
