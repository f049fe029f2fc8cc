/** POSIX regular expressions, basic and extended, written as other engines want them. */

export class RegexError extends Error {}

const CLASSES: Record<string, string> = {
  alpha: 'A-Za-z', digit: '0-9', alnum: 'A-Za-z0-9', upper: 'A-Z', lower: 'a-z', space: '\\t-\\r ', blank: ' \\t', punct: '!-\\/:-@\\[-`{-~', cntrl: '\\x00-\\x1f\\x7f', print: ' -~', graph: '!-~', xdigit: '0-9A-Fa-f',
};
/** An expression as JavaScript writes it (`native`), as RE2 does (`linear`; none with back references), and what a search may cost. */
export interface Translated {
  native: string;
  linear: string | undefined;
  /** It has alternatives: which one is taken decides how long the match is. */
  alternatives: boolean;
  /** Repetitions of a single character or class that have no narrow bound. */
  repeats: number;
  /** A group is repeated: a backtracking search may take exponential time. */
  nested: boolean;
  /** It can match only at the start. */
  anchored: boolean;
}

const MAX_OPTIONAL = 12;

export function translate(pattern: string, extended: boolean): Translated {
  const facts = { alternatives: false, repeats: 0, nested: false, optional: 0, references: false };
  const native = write(pattern, extended, facts, false);
  const linear = facts.references ? undefined : write(pattern, extended, facts, true);
  return { native, linear, alternatives: facts.alternatives, repeats: facts.repeats, nested: facts.nested || facts.optional > MAX_OPTIONAL, anchored: native.startsWith('^') && !facts.alternatives };
}

function write(pattern: string, extended: boolean, facts: { alternatives: boolean; repeats: number; nested: boolean; optional: number; references: boolean }, linear: boolean): string {
  const repeat = (kind: 'exact' | 'optional' | 'many') => {
    if (linear) return;
    if (kind === 'optional') facts.optional++;
    else if (out.endsWith(')') && !out.endsWith('\\)')) facts.nested = true;
    else if (kind === 'many') facts.repeats++;
  };
  let out = '';
  let i = 0;
  let groups = 0;
  /** Where a `*` or `^` would be an ordinary character or an anchor: at the start of a (sub)expression. */
  let start = true;
  const quantified: { open: number; inner: boolean }[] = [];
  while (i < pattern.length) {
    const char = pattern[i]!;
    const special = extended ? char : char === '\\' ? `\\${pattern[i + 1] ?? ''}` : char;
    const was = start;
    start = false;
    if (char === '[') {
      const [text, next] = bracket(pattern, i);
      out += text;
      i = next;
      continue;
    }
    if (extended ? char === '(' : special === '\\(') {
      out += '(';
      groups++;
      quantified.push({ open: out.length, inner: false });
      start = true;
      i += extended ? 1 : 2;
      continue;
    }
    if (extended ? char === ')' : special === '\\)') {
      const group = quantified.pop();
      if (!group) {
        if (!extended) throw new RegexError('Unmatched ) or \\)');
        out += '\\)';
      } else out += ')';
      i += extended ? 1 : 2;
      continue;
    }
    if (extended ? char === '|' : special === '\\|') {
      out += '|';
      facts.alternatives = true;
      start = true;
      i += extended ? 1 : 2;
      continue;
    }
    if (extended ? char === '{' && /^\{\d*,?\d*\}/.test(pattern.slice(i)) && !was : special === '\\{') {
      const found = /^\\?\{(\d*)(,?)(\d*)\\?\}/.exec(pattern.slice(i));
      if (!found) throw new RegexError('Invalid content of \\{\\}');
      if (Number(found[1] || 0) > 255 || Number(found[3] || 0) > 255) throw new RegexError('Regular expression too big');
      repeat(found[2] === '' || found[1] === found[3] ? 'exact' : 'many');
      out += `{${found[1] || 0}${found[2]}${found[3]}}`;
      i += found[0].length;
      continue;
    }
    if (char === '*' || (extended && (char === '+' || char === '?')) || (!extended && (special === '\\+' || special === '\\?'))) {
      const operator = special[special.length - 1]!;
      if (was) out += `\\${operator}`;
      else if (!/[*+?]$/.test(out) || /\\[*+?]$/.test(out)) {
        repeat(operator === '?' ? 'optional' : 'many');
        out += operator;
      }
      i += char === '\\' ? 2 : 1;
      continue;
    }
    if (char === '^') {
      out += extended || was ? '^' : '\\^';
      start = true;
      i++;
      continue;
    }
    if (char === '$') {
      const rest = pattern.slice(i + 1);
      out += extended || rest === '' || rest.startsWith('\\)') || rest.startsWith('\\|') ? '$' : '\\$';
      i++;
      continue;
    }
    if (char === '\\') {
      const next = pattern[i + 1];
      if (next === undefined) throw new RegexError('Trailing backslash');
      i += 2;
      // RE2 has no look-ahead: there any edge of a word will do.
      if (next === '<') out += linear ? '\\b' : '\\b(?=\\w)';
      else if (next === '>') out += linear ? '\\b' : '\\b(?<=\\w)';
      else if (/[bBwWsS]/.test(next)) out += `\\${next}`;
      else if (next === 'n') out += '\\n';
      else if (next === 't') out += '\\t';
      else if (/[1-9]/.test(next)) {
        if (Number(next) > groups) throw new RegexError('Invalid back reference');
        facts.references = true;
        out += `\\${next}(?:)`;
      } else if (next === '`') out += '^';
      else if (next === "'") out += '$';
      else out += /[\\^$.*+?()[\]{}|/]/.test(next) ? `\\${next}` : next;
      continue;
    }
    out += char === '.' ? (linear ? '[\\x00-\\x{10FFFF}]' : '[^]') : /[+?(){}|/\]]/.test(char) ? `\\${char}` : char;
    i++;
  }
  if (quantified.length > 0) throw new RegexError('Unmatched ( or \\(');
  return out;
}

/** A bracket expression from its [ on: as JavaScript writes it, and where it ends. */
function bracket(pattern: string, from: number): [string, number] {
  let i = from + 1;
  let out = '[';
  if (pattern[i] === '^') {
    out += '^';
    i++;
  }
  const first = i;
  for (;;) {
    const char = pattern[i];
    if (char === undefined) throw new RegexError('Unmatched [, [^, [:, [., or [=');
    if (char === ']' && i > first) break;
    const named = /^\[[:.=]([^\]]*?)[:.=]\]/.exec(pattern.slice(i));
    if (named) {
      out += Object.hasOwn(CLASSES, named[1]!) ? CLASSES[named[1]!] : named[1]!.replace(/[\\\]^-]/g, '\\$&');
      i += named[0].length;
      continue;
    }
    out += /[\\[\]^]/.test(char) ? `\\${char}` : char === '-' && (i === first || pattern[i + 1] === ']') ? '\\-' : char;
    i++;
  }
  return [`${out}]`, i + 1];
}
