import { StoreError } from './errors.js';
import type { Revision, Scope } from './types.js';

/** Where a list goes on: after this key, at this revision. */
export interface PageToken {
  revision: Revision;
  namespace: string;
  name: string;
  remaining?: number;
}

interface Encoded extends PageToken {
  v: 1;
  kind: string;
}

/** Opaque to clients; carries its kind, so that one list's token is not taken for another's. */
export function encodeToken(token: PageToken, scope: Scope): string {
  const encoded: Encoded = { v: 1, kind: scope.kind, ...token };
  return Buffer.from(JSON.stringify(encoded)).toString('base64url');
}

/** @throws StoreError INVALID if it is not a token that a list of this kind gave. */
export function decodeToken(text: string, scope: Scope): PageToken {
  const token = parse(text) as Partial<Encoded> | undefined | null;
  const valid =
    typeof token === 'object' &&
    token?.v === 1 &&
    token.kind === scope.kind &&
    Number.isSafeInteger(token.revision) &&
    token.revision! >= 0 &&
    typeof token.namespace === 'string' &&
    typeof token.name === 'string' &&
    !/\0/.test(token.namespace + token.name) &&
    (token.remaining === undefined || Number.isSafeInteger(token.remaining));
  if (!valid) throw new StoreError('INVALID', 'the continue parameter is not one that this list gave: begin the list anew, without it');
  return token as PageToken;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}
