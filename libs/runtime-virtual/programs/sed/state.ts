/** A running sed, as plain data. */
import type { Lines } from '../lines.js';

export interface SedState {
  ready: boolean;
  /** The script's text; the commands are derived from it. */
  script: string;
  extended: boolean;
  quiet: boolean;
  separate: boolean;
  /** -i, and what is added to the old file's name. */
  inPlace: boolean;
  suffix: string;
  files: string[];
  /** Index of the next file to open. */
  index: number;
  lines: Lines | null;
  /** The line after the current one, read ahead so that `$` can be told. null: not read, or none. */
  next: { text: string; newline: boolean } | null;
  /** No line comes after the current one. */
  last: boolean;
  line: number;
  pattern: string;
  hold: string;
  newline: boolean;
  /** Which command is next; -1: a cycle begins. */
  at: number;
  substituted: boolean;
  /** Ranges that are on, by the index of their command: the line at which they end, 0: at a match. */
  ranges: Record<number, number>;
  lastRegex: string;
  /** What a, i and r left to be written when the cycle ends. */
  after: { kind: 'text' | 'file'; text: string }[];
  /** Descriptors of the w command's files, by name. */
  outputs: [string, number][];
  /** -i: the descriptor and name of the new file. */
  target: number;
  temporary: string;
  /** A line without a newline was written to stdout. */
  open: boolean;
  pending: [number, string][];
  code: number;
  /** Quit after what is pending. */
  quit: boolean;
}
