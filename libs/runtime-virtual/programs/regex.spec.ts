import { describe, expect, it } from '@jest/globals';
import { compileRegex, RegexError } from './regex.js';

const found = (pattern: string, text: string, extended = true) => compileRegex(pattern, { extended }).exec(text);

describe('regular expressions', () => {
  it.each([
    ['the leftmost match, and the longest of its alternatives', 'a|ab|abc', 'xabcd', 'abc'],
    ['intervals', 'a{2,3}', 'xaaaa', 'aaa'],
    ['classes', '[[:digit:]]+', 'ab123c', '123'],
    ['a bracket that begins with ]', '[]a]+', 'xa]b', 'a]'],
    ['the edges of words', '\\<c[a-z]*\\>', 'abc cat', 'cat'],
    ['repeated groups', '(ab)+', 'xababy', 'abab'],
  ])('know %s', (_what, pattern, text, match) => {
    expect(found(pattern, text)?.[0]).toBe(match);
  });

  it('tell the groups of a match', () => {
    expect(found('(a)|(b)', 'b')?.groups).toEqual([undefined, 'b']);
    expect(found('\\(a*\\)b\\1', 'aabaa', false)?.groups).toEqual(['aa']);
  });

  it.each([
    ['(a*)*b', 'a'.repeat(60_000)],
    ['(a|aa)+$', `${'a'.repeat(5000)}b`],
    ['a*a*a*a*a*a*b', 'a'.repeat(20_000)],
    ['a?'.repeat(30) + 'a'.repeat(30) + 'b', 'a'.repeat(30)],
    ['(x+x+)+y', 'x'.repeat(30_000)],
  ])('never hold a thread up: %s', (pattern, text) => {
    const begun = performance.now();
    expect(compileRegex(pattern, { extended: true }).test(text)).toBe(false);
    // Tried one way after the other, it would take years.
    expect(performance.now() - begun).toBeLessThan(30_000);
  });

  it('refuse what can be matched only by trying', () => {
    expect(() => compileRegex('\\(a*\\)*\\(b*\\)*\\1c', { extended: false }).test('a'.repeat(10_000))).toThrow(RegexError);
  });
});
