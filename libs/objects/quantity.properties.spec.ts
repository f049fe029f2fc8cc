/** Laws of quantities, for any quantity. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { addQuantities, canonicalQuantity, canonicalResource, compareQuantities, formatQuantity, parseQuantity, subtractQuantities } from './quantity.js';

const suffix = fc.constantFrom('', 'n', 'u', 'm', 'k', 'M', 'G', 'T', 'P', 'Ki', 'Mi', 'Gi', 'Ti', 'e0', 'e3', 'E6', 'e-3', 'e+2');
const text = fc.tuple(fc.integer({ min: -99_999, max: 99_999 }), fc.option(fc.nat(999_999), { nil: undefined }), suffix).map(([whole, part, end]) => `${whole}${part === undefined ? '' : `.${part}`}${end}`);
const quantity = text.map(parseQuantity);
const runs = { numRuns: 300 };

describe('any quantity', () => {
  it('means what its canonical form means', () => {
    fc.assert(fc.property(text, (given) => expect(parseQuantity(canonicalQuantity(given)).nanos).toBe(parseQuantity(given).nanos)), runs);
  });

  it('has a canonical form without a fraction, of at most one suffix, and not shorter with the next one', () => {
    fc.assert(
      fc.property(text, (given) => {
        const canonical = canonicalQuantity(given);
        expect(canonical).toMatch(/^-?\d+([numkMGTPE]|[KMGTPE]i|e-?\d+)?$/);
        if (/^-?\d+[num]?$/.test(canonical)) expect(canonical).not.toMatch(/000[num]$/);
      }),
      runs,
    );
  });

  it('is the same in a resource list to a thousandth, and never less', () => {
    fc.assert(
      fc.property(text, (given) => {
        const kept = parseQuantity(canonicalResource(given)).nanos;
        const difference = kept - parseQuantity(given).nanos;
        expect(kept % 1_000_000n).toBe(0n);
        expect(difference >= 0n && difference < 1_000_000n).toBe(true);
      }),
      runs,
    );
  });

  it('is added in any order, and taken away again', () => {
    fc.assert(
      fc.property(quantity, quantity, (a, b) => {
        expect(addQuantities(a, b).nanos).toBe(addQuantities(b, a).nanos);
        expect(subtractQuantities(addQuantities(a, b), b).nanos).toBe(a.nanos);
      }),
      runs,
    );
  });

  it('is compared as it is written', () => {
    fc.assert(
      fc.property(text, text, (a, b) => {
        expect(compareQuantities(a, b)).toBe(-compareQuantities(b, a) + 0);
        expect(Math.sign(compareQuantities(a, b))).toBe(Math.sign(compareQuantities(canonicalQuantity(a), canonicalQuantity(b))));
      }),
      runs,
    );
  });

  it('is never a float: a tenth a thousand times is a hundred', () => {
    let sum = parseQuantity('0');
    for (let i = 0; i < 1000; i++) sum = addQuantities(sum, parseQuantity('0.1'));
    expect(formatQuantity(sum)).toBe('100');
  });
});
