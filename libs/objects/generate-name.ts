/** Letters without vowels and what looks alike, so that no word comes out. Source: k8s.io/apimachinery/pkg/util/rand. */
const LETTERS = 'bcdfghjklmnpqrstvwxz2456789';
const SUFFIX_LENGTH = 5;
const LONGEST_BASE = 63 - SUFFIX_LENGTH;

/** metadata.name from metadata.generateName. `randomInt(n)` gives a whole number from 0 to n - 1. */
export function generateName(base: string, randomInt: (below: number) => number): string {
  const suffix = Array.from({ length: SUFFIX_LENGTH }, () => LETTERS[randomInt(LETTERS.length)]).join('');
  return base.slice(0, LONGEST_BASE) + suffix;
}
