/** A script as a flat table of nodes that name each other by index. Made once a source text and never changed: it is not state. */

/** Text with no expansion in it, or parts. */
export type Word = string | Part[];

/** How a parameter's value is changed: `${x:-w}`, `${#x}`, `${x%w}`, `${x/a/b}`, `${x:1:2}`. */
export type ParameterOperator = '' | 'length' | '-' | ':-' | '=' | ':=' | '+' | ':+' | '?' | ':?' | '#' | '##' | '%' | '%%' | '/' | '//' | ':';

export type Part =
  /** Unquoted text, taken as it is. */
  | string
  | { k: 'quoted'; text: string }
  /** Unquoted text with pattern characters. */
  | { k: 'pattern'; text: string }
  | { k: 'parameter'; name: string; quoted: boolean; operator: ParameterOperator; word: Word; second: Word | null }
  | { k: 'command'; list: number; quoted: boolean }
  | { k: 'arithmetic'; expression: Word; quoted: boolean }
  | { k: 'tilde'; user: string };

export interface Redirect {
  operator: '<' | '>' | '>>' | '<>' | '>|' | '<&' | '>&' | '<<';
  fd: number;
  /** The path, the descriptor, or the here-document's text. */
  target: Word;
}

export interface Assignment {
  name: string;
  value: Word;
}

export type Node =
  | { t: 'list'; items: number[] }
  | { t: 'background'; body: number; text: string }
  | { t: 'andor'; items: number[]; operators: string[] }
  | { t: 'not'; body: number }
  | { t: 'pipeline'; items: number[]; texts: string[] }
  | CommandNode
  | { t: 'if'; conditions: number[]; bodies: number[]; otherwise: number }
  | { t: 'while'; until: boolean; condition: number; body: number }
  | { t: 'for'; name: string; words: Word[] | null; body: number }
  | { t: 'case'; word: Word; items: { patterns: Word[]; body: number; through: boolean }[] }
  | { t: 'function'; name: string; body: number }
  | { t: 'subshell'; body: number; text: string }
  | { t: 'redirected'; body: number; redirects: Redirect[] }
  | { t: 'error'; message: string; line: number };

export interface CommandNode {
  t: 'command';
  assignments: Assignment[];
  words: Word[];
  /** The words, where none needs expansion. */
  argv: string[] | null;
  /** Indices of words that are assignments to export, readonly or local: not split. */
  whole: number[];
  redirects: Redirect[];
  line: number;
  text: string;
}

export interface Script {
  nodes: Node[];
  root: number;
  /** What is wrong with the text, in the shell's words; '' : nothing. `incomplete`: more text could mend it. */
  error: string;
  incomplete: boolean;
}
