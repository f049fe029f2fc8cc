import { describe, expect, it } from '@jest/globals';
import { buildSchema, getIntrospectionQuery, parse, specifiedRules, validate } from 'graphql';
import { limitsRule } from './limits.js';

const schema = buildSchema('type Query { me: Person } type Person { name: String friend: Person }');
const problems = (query: string) => validate(schema, parse(query), [...specifiedRules, limitsRule]).map(({ message }) => message);
const friends = (depth: number): string => (depth === 0 ? 'name' : `friend { ${friends(depth - 1)} }`);

describe('the limits of an operation', () => {
  it('what a client needs passes, introspection too', () => {
    expect(problems(`{ me { ${friends(10)} } }`)).toEqual([]);
    expect(problems(getIntrospectionQuery())).toEqual([]);
  });

  it.each([
    ['too deep', `{ me { ${friends(20)} } }`, 'depth 22'],
    ['too deep through a fragment', `{ me { ...F } } fragment F on Person { ${friends(20)} }`, 'depth 22'],
    ['too many aliases', `{ ${Array.from({ length: 51 }, (_, n) => `a${n}: me { name }`).join(' ')} }`, 'aliases 51'],
    ['fragments that multiply', bomb(20), 'fields'],
  ])('%s', (_name, query, expected) => {
    expect(problems(query).join()).toContain(expected);
  });

  it('a fragment that spreads itself ends in an error, not in a loop', () => {
    expect(problems('{ me { ...F } } fragment F on Person { friend { ...F } }').join()).toContain('Cannot spread fragment');
  });
});

/** 2^n fields in n fragments. */
function bomb(levels: number): string {
  const fragments = Array.from({ length: levels }, (_, n) => `fragment F${n} on Person { friend { ...F${n + 1} } other: friend { ...F${n + 1} } }`);
  return `{ me { ...F0 } } ${fragments.join(' ')} fragment F${levels} on Person { name }`;
}
