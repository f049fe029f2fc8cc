import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { addQuantities, canonicalQuantity, compareQuantities, formatQuantity, isQuantity, parseQuantity, quantityMillis, quantityValue } from './quantity.js';

describe('quantities', () => {
  it.each([
    ['a whole number stays as it is', '5', '5'],
    ['half a core is 500 millicores', '0.5', '500m'],
    ['a thousand millicores are one core', '1000m', '1'],
    ['1500m cannot be written shorter', '1500m', '1500m'],
    ['thousands get a decimal suffix', '2000', '2k'],
    ['1024 has no shorter decimal form', '1024', '1024'],
    ['mebibytes keep their suffix', '64Mi', '64Mi'],
    ['1024Mi is 1Gi', '1024Mi', '1Gi'],
    ['a fraction of a binary unit becomes the next smaller unit', '1.5Gi', '1536Mi'],
    ['a binary amount below 1024 is written in decimal', '0.5Ki', '512'],
    ['a binary amount with a fraction below 1024 keeps the fraction', '0.1Ki', '102400m'],
    ['an exponent stays an exponent', '12e6', '12e6'],
    ['an exponent is made a multiple of three', '1e4', '10e3'],
    ['a capital exponent is read too', '1E3', '1e3'],
    ['E alone is exa', '1E', '1E'],
    ['zero is zero in every form', '0Mi', '0'],
    ['negative amounts keep their sign', '-1.5', '-1500m'],
    ['what is finer than a nano is rounded up', '1.0000000001', '1000000001n'],
    ['a number is read as its text', 2 as unknown as string, '2'],
  ])('%s', (_sentence, text, canonical) => {
    expect(canonicalQuantity(text)).toBe(canonical);
  });

  it.each(['', 'x', '1x', '1..2', '1 Gi', '1gi', '--1', '.', 'Ki', '1e', '1ee3', '0x10'])('refuses %j, naming the form a quantity has', (text) => {
    expect(isQuantity(text)).toBe(false);
    expect(() => parseQuantity(text)).toThrow(/must match the regular expression/);
  });

  it.each([
    ['100m', '0.1', 0],
    ['1Gi', '1G', 1],
    ['64Mi', '65Mi', -1],
    ['1e3', '1k', 0],
  ])('compares %s and %s', (a, b, expected) => {
    expect(compareQuantities(a, b)).toBe(expected);
  });

  it('rounds up to whole numbers and to thousandths', () => {
    expect([quantityValue('1500m'), quantityValue('1Ki'), quantityMillis('0.0001'), quantityMillis('2')]).toEqual([2, 1024, 1, 2000]);
  });

  it('adds exactly, in the format of the first that is not zero', () => {
    expect(formatQuantity(addQuantities(parseQuantity('0.1'), parseQuantity('0.2')))).toBe('300m');
    expect(formatQuantity(addQuantities(parseQuantity('0'), parseQuantity('1Gi')))).toBe('1Gi');
    expect(formatQuantity(addQuantities(parseQuantity('512Mi'), parseQuantity('512M')))).toBe('1024288Ki');
  });

  it('has one canonical form: it is its own, and means the same', () => {
    const suffixes = fc.constantFrom('', 'n', 'u', 'm', 'k', 'M', 'G', 'Ki', 'Mi', 'Gi', 'e3', 'E-3');
    fc.assert(
      fc.property(fc.integer({ min: -1_000_000, max: 1_000_000 }), fc.nat(999), suffixes, (whole, part, suffix) => {
        const text = `${whole}.${part}${suffix}`;
        const canonical = canonicalQuantity(text);
        // As in Kubernetes, what has a binary suffix but is no multiple of it is printed without one, and read again as a decimal.
        expect(parseQuantity(canonicalQuantity(canonical)).nanos).toBe(parseQuantity(canonical).nanos);
        if (suffix.endsWith('i')) return;
        expect(canonicalQuantity(canonical)).toBe(canonical);
        expect(parseQuantity(canonical).nanos).toBe(parseQuantity(text).nanos);
      }),
      { numRuns: 500 },
    );
  });
});
