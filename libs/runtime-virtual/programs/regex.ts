/**
 * Matching with POSIX regular expressions. No expression of a script may hold its thread up, so each search has a bound: JavaScript's
 * engine where its backtracking can't cost more, RE2's (linear) everywhere else, and also where the longest of several alternatives counts.
 * Compiled expressions are cached by their text: they are no state.
 */
import { RE2JS, type RE2JS as Linear } from 're2js';
import { RegexError, translate } from './regex-syntax.js';
import type { Translated } from './regex-syntax.js';

export { RegexError };

/** Where it matched, and the text of the match and of each group (undefined: not part of the match). */
export interface Match {
  index: number;
  0: string;
  groups: (string | undefined)[];
}
export interface RegexOptions {
  extended: boolean;
  caseless?: boolean;
  fixed?: boolean;
}

/** Steps that a backtracking search may need at most. */
const BUDGET = 10_000_000;
/** Bytes of one text for the linear engine: it takes about 10 microseconds for each. */
const MAX_LINEAR = 128 * 1024;
const CACHED = 500;
const cache = new Map<string, Regex>();

export function compileRegex(pattern: string, options: RegexOptions): Regex {
  const key = `${options.extended ? 'E' : 'B'}${options.caseless ? 'i' : ''}${options.fixed ? 'F' : ''}/${pattern}`;
  let regex = cache.get(key);
  if (!regex) {
    regex = new Regex(pattern, options);
    if (cache.size >= CACHED) cache.clear();
    cache.set(key, regex);
  }
  return regex;
}

export class Regex {
  private readonly source: Translated;
  private readonly native: RegExp;
  private linear: Linear | undefined;

  constructor(
    pattern: string,
    private readonly options: RegexOptions,
  ) {
    if (options.fixed) {
      const text = pattern.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
      this.source = { native: text, linear: text, alternatives: false, repeats: 0, nested: false, anchored: false };
    } else this.source = translate(pattern, options.extended);
    try {
      this.native = new RegExp(this.source.native, options.caseless ? 'gi' : 'g');
    } catch {
      throw new RegexError('Invalid regular expression');
    }
  }

  /** Whether it matches anywhere. @throws RegexError where that would take too long. */
  test(text: string): boolean {
    if (!this.cheap(text)) return this.linearEngine(text).matcher(text).find();
    this.native.lastIndex = 0;
    return this.native.test(text);
  }

  /** The first match at or after `from`: the leftmost, and the longest of those. @throws RegexError where that would take too long. */
  exec(text: string, from = 0): Match | undefined {
    if (this.cheap(text) && (!this.source.alternatives || this.source.linear === undefined)) {
      this.native.lastIndex = from;
      const found = this.native.exec(text);
      return found ? { index: found.index, 0: found[0], groups: found.slice(1) } : undefined;
    }
    // What is no match at all, most lines, is told at a lower price.
    if (from === 0 && this.cheap(text) && !this.test(text)) return undefined;
    const matcher = this.linearEngine(text).matcher(text);
    if (!matcher.find(from)) return undefined;
    const groups = Array.from({ length: matcher.groupCount() }, (_, i) => matcher.group(i + 1) ?? undefined);
    return { index: matcher.start(), 0: matcher.group(0) ?? '', groups };
  }

  private cheap(text: string): boolean {
    const { nested, repeats, anchored } = this.source;
    if (nested) return text.length <= 12 && repeats === 0;
    const power = repeats + (anchored ? 0 : 1);
    return power <= 1 || text.length ** power <= BUDGET;
  }

  private linearEngine(text: string): Linear {
    if (this.source.linear === undefined) throw new RegexError('Regular expression too complex for this text');
    if (text.length > MAX_LINEAR) throw new RegexError('Line too long for this regular expression');
    if (!this.linear) {
      try {
        this.linear = RE2JS.compile(this.source.linear, RE2JS.LONGEST_MATCH | (this.options.caseless ? RE2JS.CASE_INSENSITIVE : 0));
      } catch (error) {
        throw new RegexError(`Invalid regular expression: ${(error as Error).message}`);
      }
    }
    return this.linear;
  }
}
