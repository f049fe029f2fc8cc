/** An entry of a catalogue file, checked field by field. */
import { RE2JS } from 're2js';

/** What goes wrong: the registry is overloaded (503), limits pulls (429), does not answer, breaks the connection, or knows nobody (401). */
export const PULL_FAILURES = ['unavailable', 'rate-limited', 'timeout', 'reset', 'unauthorized'] as const;
export type PullFailure = (typeof PULL_FAILURES)[number];

export interface CatalogueEntry {
  name: string;
  /** Registry, path: docker.io/library/busybox. None: the entry is only a base for others. */
  repositories?: string[];
  /** A regular expression (RE2) for the whole tag; absent: any. */
  tags?: string;
  /** Another entry, whose files, env and programs this one has too. */
  base?: string;
  /** Compressed bytes: what a pull takes time for. */
  size: number;
  entrypoint?: string[];
  cmd?: string[];
  env?: Record<string, string>;
  workingDir?: string;
  /** How its registry fails now and then. */
  failures?: { first?: number; share?: number; error: PullFailure };
  /** uid[:gid]; default 0. */
  user?: string;
  username?: string;
  dirs?: Record<string, number>;
  /** Path -> text, or {mode, content}. */
  files?: Record<string, string | { mode: number; content: string }>;
  links?: Record<string, string>;
  /** Folder -> names of the kernel's programs that it has (`name`, or `file=program`). */
  programs?: Record<string, string[]>;
}

/** A mistake in a catalogue file: the file, the field's path, and what would be right, in one line. */
export class ImageCatalogueError extends Error {
  override readonly name = 'ImageCatalogueError';
}

type Wrong = (path: string, right: string) => ImageCatalogueError;
type Check = (value: unknown, path: string, wrong: Wrong, programs: ReadonlySet<string>) => void;

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

const text: Check = (value, path, wrong) => {
  if (typeof value !== 'string') throw wrong(path, 'must be a text (put it in quotes)');
};
const matching = (pattern: RegExp, right: string): Check => (value, path, wrong) => {
  if (typeof value !== 'string' || !pattern.test(value)) throw wrong(path, `must be ${right}`);
};
const list = (item: Check): Check => (value, path, wrong, programs) => {
  if (!Array.isArray(value)) throw wrong(path, 'must be a list');
  value.forEach((one, i) => item(one, `${path}[${i}]`, wrong, programs));
};
const map = (item: Check, keys: RegExp, right: string): Check => (value, path, wrong, programs) => {
  if (!isRecord(value)) throw wrong(path, 'must be a map');
  for (const [key, one] of Object.entries(value)) {
    if (!keys.test(key) || key === '__proto__') throw wrong(`${path}["${key}"]`, `its key must be ${right}`);
    item(one, `${path}["${key}"]`, wrong, programs);
  }
};
const mode: Check = (value, path, wrong) => {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > 0o7777) throw wrong(path, 'must be permission bits, such as 0o755');
};
const file: Check = (value, path, wrong, programs) => {
  if (typeof value === 'string') return;
  if (!isRecord(value)) throw wrong(path, 'must be a text, or a map with mode and content');
  const other = Object.keys(value).find((key) => key !== 'mode' && key !== 'content');
  if (other !== undefined) throw wrong(`${path}.${other}`, 'is not known: a file has mode and content');
  mode(value['mode'], `${path}.mode`, wrong, programs);
  text(value['content'], `${path}.content`, wrong, programs);
};
const program: Check = (value, path, wrong, programs) => {
  text(value, path, wrong, programs);
  const name = (value as string).replace(/^[^=]*=/, '');
  if (!programs.has(name)) throw wrong(path, `"${name}" is no program of the virtual runtime (docs/images.md lists them)`);
};
const expression: Check = (value, path, wrong, programs) => {
  text(value, path, wrong, programs);
  try {
    RE2JS.compile(value as string);
  } catch (error) {
    throw wrong(path, `must be a regular expression: ${(error as Error).message}`);
  }
};

const failures: Check = (value, path, wrong) => {
  if (!isRecord(value)) throw wrong(path, 'must be a map with first, share, error');
  const other = Object.keys(value).find((key) => !['first', 'share', 'error'].includes(key));
  if (other !== undefined) throw wrong(`${path}.${other}`, 'is not known: failures have first, share and error');
  const { first = 0, share = 0, error } = value;
  if (typeof first !== 'number' || !Number.isInteger(first) || first < 0) throw wrong(`${path}.first`, 'must be a number of pulls, 0 or more');
  if (typeof share !== 'number' || !(share >= 0 && share <= 1)) throw wrong(`${path}.share`, 'must be a part of 1, such as 0.3');
  if (!PULL_FAILURES.some((known) => known === error)) throw wrong(`${path}.error`, `must be one of ${PULL_FAILURES.join(', ')}`);
};

const PATH = /^\//;
const ABSOLUTE = 'an absolute path';
const NAME = matching(/^[a-z0-9][a-z0-9._-]*$/, 'a name of small letters, digits, dots and dashes');
const REPOSITORY = matching(/^[a-z0-9.-]+(:\d+)?(\/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)+$/, 'a registry and a path, such as docker.io/library/busybox');

const FIELDS: Record<keyof CatalogueEntry, Check> = {
  name: NAME,
  repositories: list(REPOSITORY),
  tags: expression,
  base: NAME,
  size: (value, path, wrong) => {
    if (typeof value !== 'number' || !Number.isFinite(value) || value < 0) throw wrong(path, 'must be a number of bytes, 0 or more');
  },
  failures,
  entrypoint: list(text),
  cmd: list(text),
  env: map(text, /^[^=\0]+$/, 'the name of a variable'),
  workingDir: matching(PATH, ABSOLUTE),
  user: matching(/^\d+(:\d+)?$/, 'uid or uid:gid in quotes, such as "101:101"'),
  username: text,
  dirs: map(mode, PATH, ABSOLUTE),
  files: map(file, PATH, ABSOLUTE),
  links: map(text, PATH, ABSOLUTE),
  programs: map(list(program), PATH, ABSOLUTE),
};

/** The entries of a file's content. @throws ImageCatalogueError */
export function checkEntries(content: unknown, fileName: string, programs: ReadonlySet<string>): CatalogueEntry[] {
  if (content === null || content === undefined) return [];
  const wrong: Wrong = (path, right) => new ImageCatalogueError(`${fileName}: ${path}: ${right}`);
  if (!Array.isArray(content)) throw wrong('the file', 'must be a list of images');
  content.forEach((entry: unknown, i) => {
    const at = `[${i}]`;
    if (!isRecord(entry)) throw wrong(at, 'must be a map with name, repositories, size ..');
    const other = Object.keys(entry).find((key) => !Object.hasOwn(FIELDS, key));
    if (other !== undefined) throw wrong(`${at}.${other}`, `is not known; an image has ${Object.keys(FIELDS).join(', ')}`);
    for (const needed of ['name', 'size'] as const) if (entry[needed] === undefined) throw wrong(`${at}.${needed}`, 'is missing');
    for (const [field, check] of Object.entries(FIELDS)) if (entry[field] !== undefined) check(entry[field], `${at}.${field}`, wrong, programs);
  });
  return content as CatalogueEntry[];
}
