/** A running awk, as plain data. */
import type { Lines } from '../lines.js';
import type { AwkArray, Slot, Value } from './values.js';

/** A file or command that the script reads or writes, by its name. */
export interface Stream {
  name: string;
  kind: 'out' | 'to-command' | 'in' | 'from-command';
  /** Descriptor that is written to; -1: none. */
  fd: number;
  /** Process id of the command; 0: none. */
  child: number;
  lines: Lines | null;
}

export interface AwkState {
  /** The script's text; its instructions are derived from it. */
  script: string;
  phase: 'start' | 'begin' | 'input' | 'main' | 'end' | 'closing' | 'done';
  /** The next instruction. */
  at: number;
  stack: Slot[];
  frames: { back: number; stack: number; locals: Slot[]; owned: number[] }[];
  globals: Value[];
  /** Where the script's variables stand in `globals`. */
  variables: Record<string, number>;
  /** Ids of global arrays; each name with a $ before it. */
  names: Record<string, number>;
  arrays: Record<number, AwkArray>;
  lastArray: number;
  /** By index of the rule: whether its range is on. */
  ranges: Record<number, boolean>;
  /** null: to be put together from the fields. */
  record: string | null;
  /** null: the record has not been split yet. From 1 on; [0] is not used. */
  fields: Value[] | null;
  /** Where the next file's name stands in ARGV. */
  argument: number;
  /** Whether any argument was a file. */
  sawFile: boolean;
  input: Lines | null;
  streams: Stream[];
  /** A command of system() that runs. */
  child: number;
  random: number;
  seed: number;
  pending: [number, string][];
  code: number;
}
