import { describe, expect, it } from '@jest/globals';
import { buildSchema, getIntrospectionQuery, parse, specifiedRules, validate, type OperationDefinitionNode } from 'graphql';
import { costOf } from './cost.js';
import { DEFAULT_LIMITS, limitsOf } from './limits.js';
import { sizeRule } from './size-rule.js';

const schema = buildSchema('type Query { me: Person } type Person { name: String friend: Person }');
const problems = (query: string) => validate(schema, parse(query), [...specifiedRules, sizeRule(DEFAULT_LIMITS)]).map(({ message }) => message);
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

describe('what an operation may cost', () => {
  const pages = buildSchema(`
    type Query { pods(first: Int = 500): PodConnection! pod: Pod }
    type PodConnection { nodes: [Pod!]! edges: [Edge!]! total: Int }
    type Edge { node: Pod! }
    type Pod { name: String containers: [Container!]! }
    type Container { name: String }`);
  const cost = (query: string, variables: Record<string, unknown> = {}) => {
    const document = parse(query);
    return costOf(pages, document, document.definitions[0] as OperationDefinitionNode, variables);
  };

  it.each<[string, string, Record<string, unknown>, number]>([
    ['a field is one', '{ pod { name } }', {}, 2],
    ['a list of unknown length counts as five', '{ pod { containers { name } } }', {}, 7],
    ['a page counts with its size', '{ pods(first: 10) { nodes { name } } }', {}, 12],
    ['a page’s default size counts', '{ pods { nodes { name } } }', {}, 502],
    ['a page’s size may be a variable', 'query ($n: Int) { pods(first: $n) { edges { node { name } } } }', { n: 3 }, 8],
    ['or a variable’s default', 'query ($n: Int = 4) { pods(first: $n) { nodes { name } } }', {}, 6],
    ['fragments count where they are spread', '{ pods(first: 10) { ...F total } } fragment F on PodConnection { nodes { name ... on Pod { containers { name } } } }', {}, 73],
    ['introspection is next to nothing', getIntrospectionQuery(), {}, 1],
  ])('%s', (_name, query, variables, expected) => {
    expect(cost(query, variables)).toBe(expected);
  });
});

describe('limits in the environment', () => {
  const limits = (env: Record<string, string>) => limitsOf(env, (message) => new Error(message));

  it.each<[string, Record<string, string>, object]>([
    ['none: the defaults', {}, {}],
    ['a number', { PODBOX_GRAPHQL_DEPTH: '7' }, { depth: 7 }],
    ['seconds', { PODBOX_GRAPHQL_QUERY_SECONDS: '2.5' }, { queryMs: 2500 }],
    ['introspection', { PODBOX_GRAPHQL_INTROSPECTION: 'false' }, { introspection: false }],
  ])('%s', (_name, env, expected) => {
    expect(limits(env)).toEqual(expected);
  });

  it.each([
    ['PODBOX_GRAPHQL_COST', 'much'],
    ['PODBOX_GRAPHQL_BATCH', '0'],
    ['PODBOX_GRAPHQL_ALIASES', '1.5'],
    ['PODBOX_GRAPHQL_INTROSPECTION', 'no'],
  ])('%s=%s is refused by its name', (name, value) => {
    expect(() => limits({ [name]: value })).toThrow(`${name}="${value}"`);
  });
});
