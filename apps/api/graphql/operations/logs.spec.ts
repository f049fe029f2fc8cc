import { describe, expect, it } from '@jest/globals';
import { textOf } from './logs.js';

describe('a text of bounded length', () => {
  it.each([
    ['all of what fits', 'abc', 3, 'abc', false],
    ['the beginning of what does not', 'abcd', 3, 'abc', true],
    ['no half of a character', 'aé€', 2, 'a', true],
    ['whole characters up to the limit', 'aé€', 3, 'aé', true],
    ['nothing, when the first does not fit', '€', 1, '', true],
  ])('%s', (_what, text, limit, expected, truncated) => {
    expect(textOf(Buffer.from(text), limit)).toEqual({ text: expected, truncated });
  });
});
