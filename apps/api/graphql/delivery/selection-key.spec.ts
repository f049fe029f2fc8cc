import { describe, expect, it } from '@jest/globals';
import { parse, type OperationDefinitionNode } from 'graphql';
import { selectionKey } from './selection-key.js';

function key(query: string, variables: Record<string, unknown> = {}, caller = 'me'): string {
  const document = parse(query);
  return selectionKey(document, document.definitions[0] as OperationDefinitionNode, variables, caller);
}

const QUERY = 'subscription ($n: String, $after: String) { podChanges(namespace: $n, after: $after) { type cursor pod { name } } }';

describe('subscribers get the same text', () => {
  it.each([
    ['wherever they began', QUERY, { n: 'a', after: '5' }, QUERY, { n: 'a', after: '9' }],
    ['whether they began with a cursor or none', QUERY, { n: 'a' }, QUERY, { n: 'a', after: '9' }],
    ['however the operation is named and laid out', QUERY, { n: 'a' }, QUERY.replace('subscription ', 'subscription Mine ').replace(' type', '\n  type'), { n: 'a' }],
    ['with the cursor written in the query', 'subscription { podChanges(after: "1") { type } }', {}, 'subscription { podChanges(after: "2") { type } }', {}],
  ])('%s', (_name, one, oneVariables, other, otherVariables) => {
    expect(key(one, oneVariables)).toBe(key(other, otherVariables));
  });

  it.each([
    ['in another namespace', QUERY, { n: 'a' }, QUERY, { n: 'b' }],
    ['who ask for other fields', QUERY, { n: 'a' }, QUERY.replace('name', 'uid'), { n: 'a' }],
    ['under another alias', 'subscription { podChanges { type } }', {}, 'subscription { mine: podChanges { type } }', {}],
    ['with another variable in a directive', 'subscription ($x: Boolean!) { podChanges { type @include(if: $x) } }', { x: true }, 'subscription ($x: Boolean!) { podChanges { type @include(if: $x) } }', { x: false }],
    [
      'with the cursor’s variable in another place too',
      'subscription ($c: String) { podChanges(after: $c, name: $c) { type } }',
      { c: '1' },
      'subscription ($c: String) { podChanges(after: $c, name: $c) { type } }',
      { c: '2' },
    ],
    ['whose fragments differ', 'subscription { podChanges { ...F } } fragment F on PodChange { type }', {}, 'subscription { podChanges { ...F } } fragment F on PodChange { cursor }', {}],
  ])('not those %s', (_name, one, oneVariables, other, otherVariables) => {
    expect(key(one, oneVariables)).not.toBe(key(other, otherVariables));
  });

  it('not those who are somebody else', () => {
    expect(key(QUERY, {}, 'me')).not.toBe(key(QUERY, {}, 'you'));
  });
});
