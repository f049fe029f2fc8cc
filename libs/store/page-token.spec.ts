import { describe, expect, it } from '@jest/globals';
import { decodeToken, encodeToken } from './page-token.js';

const scope = { kind: 'Pod' };
const token = { revision: 7, namespace: 'default', name: 'ä', remaining: 3 };
const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('a page token', () => {
  it('comes back as it was given', () => expect(decodeToken(encodeToken(token, scope), scope)).toMatchObject(token));

  it.each([
    ['nonsense', 'nonsense'],
    ['nothing', ''],
    ['null', encoded(null)],
    ['another version', encoded({ v: 2, kind: 'Pod', ...token })],
    ["another kind's", encodeToken(token, { kind: 'Service' })],
    ['a revision that is none', encoded({ v: 1, kind: 'Pod', ...token, revision: -1 })],
    ['a name that is none', encoded({ v: 1, kind: 'Pod', ...token, name: 5 })],
    ['\\u0000', encoded({ v: 1, kind: 'Pod', ...token, name: '\0' })],
  ])('is refused when it is %s', (_sentence, text) => {
    expect(() => decodeToken(text, scope)).toThrow(expect.objectContaining({ code: 'INVALID' }));
  });
});
