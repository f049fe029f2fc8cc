/**
 * What JSON.parse does not tell: which keys an object has twice (it takes the last), and how deep the text nests. One pass over text that is
 * known to be valid JSON.
 */

/** Deeper than any object of Kubernetes, shallow enough for recursion. */
export const MAX_DEPTH = 500;

export interface JsonFindings {
  /** Paths of keys that appear more than once in one object. */
  duplicates: string[];
  tooDeep: boolean;
}

interface Frame {
  /** undefined: a list. */
  keys: Set<string> | undefined;
  path: string;
  index: number;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const COMMA = 0x2c;

export function scanJson(text: string): JsonFindings {
  const stack: Frame[] = [];
  const duplicates: string[] = [];
  let expectKey = false;
  let key = '';
  const pathHere = (frame: Frame | undefined): string => (!frame ? '' : frame.keys ? join(frame.path, key) : `${frame.path}[${frame.index}]`);
  for (let at = 0; at < text.length; at++) {
    const frame = stack[stack.length - 1];
    switch (text.charCodeAt(at)) {
      case QUOTE: {
        const end = endOfString(text, at);
        if (expectKey && frame?.keys) {
          key = keyText(text, at, end);
          if (frame.keys.has(key)) duplicates.push(join(frame.path, key));
          frame.keys.add(key);
          expectKey = false;
        }
        at = end;
        break;
      }
      case OPEN_BRACE:
      case OPEN_BRACKET: {
        const isObject = text.charCodeAt(at) === OPEN_BRACE;
        if (stack.length >= MAX_DEPTH) return { duplicates, tooDeep: true };
        stack.push({ keys: isObject ? new Set() : undefined, path: pathHere(frame), index: 0 });
        expectKey = isObject;
        break;
      }
      case CLOSE_BRACE:
      case CLOSE_BRACKET:
        stack.pop();
        break;
      case COMMA:
        if (frame) frame.index++;
        expectKey = frame?.keys !== undefined;
        break;
    }
  }
  return { duplicates, tooDeep: false };
}

const join = (path: string, key: string): string => (path === '' ? key : `${path}.${key}`);

function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (isEscaped(text, end)) end = text.indexOf('"', end + 1);
  return end;
}

function isEscaped(text: string, at: number): boolean {
  let backslashes = 0;
  while (text.charCodeAt(at - 1 - backslashes) === BACKSLASH) backslashes++;
  return backslashes % 2 === 1;
}

function keyText(text: string, start: number, end: number): string {
  const raw = text.slice(start + 1, end);
  return raw.includes('\\') ? (JSON.parse(text.slice(start, end + 1)) as string) : raw;
}
