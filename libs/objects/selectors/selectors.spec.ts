import { describe, expect, it } from '@jest/globals';
import { SelectorError } from './errors.js';
import { fieldsMatch, parseFieldSelector } from './field-selector.js';
import { labelSelectorMatches, parseLabelSelector } from './label-selector.js';

const labels = { app: 'web', tier: 'front', n: '5', empty: '' };

describe('label selectors', () => {
  it.each([
    ['', true],
    ['app=web', true],
    ['app==web', true],
    ['app = web , tier=front', true],
    ['app=db', false],
    ['app!=db', true],
    ['none!=x', true],
    ['app in (web,db)', true],
    ['app in ( db )', false],
    ['app notin (db)', true],
    ['none notin (db)', true],
    ['none in (db)', false],
    ['app', true],
    ['none', false],
    ['!none', true],
    ['! app', false],
    ['n>4', true],
    ['n<5', false],
    ['app>4', false],
    ['empty=', true],
    ['app=', false],
    ['empty in (,x)', true],
    ['in=1', false],
    ['example.com/key=v', false],
    ['constructor', false],
    ['!constructor', true],
    ['constructor in (x)', false],
    ['toString notin (x)', true],
    ['valueOf=x', false],
    ['valueOf!=x', true],
    ['constructor>1', false],
  ])('%j matches: %s', (text, expected) => {
    expect(parseLabelSelector(text)(labels)).toBe(expected);
  });

  it.each([
    ['app=web,', "found '', expected: a label key after the comma"],
    ['=web', "found '=', expected: a label key"],
    ['app in web', "found 'web', expected: '('"],
    ['app in (web', "found '', expected: ')'"],
    ['app in ()', "values set can't be empty"],
    ['app web', "found 'web', expected: one of"],
    ['n>x', 'the value must be an integer'],
    ['-a=b', 'name part must consist of alphanumeric characters'],
    ['a=b_', 'a valid label must be'],
  ])('%j is refused: %s', (text, why) => {
    expect(() => parseLabelSelector(text)).toThrow(SelectorError);
    expect(() => parseLabelSelector(text)).toThrow(why);
  });

  it('an object selects by labels and by expressions, an empty one everything, none nothing', () => {
    const matchExpressions = [{ key: 'tier', operator: 'In', values: ['front', 'back'] }, { key: 'none', operator: 'DoesNotExist' }];
    expect(labelSelectorMatches({ matchLabels: { app: 'web' }, matchExpressions })(labels)).toBe(true);
    expect(labelSelectorMatches({ matchLabels: { app: 'db' } })(labels)).toBe(false);
    expect(labelSelectorMatches({})(labels)).toBe(true);
    expect(labelSelectorMatches(undefined)(labels)).toBe(false);
    expect(() => labelSelectorMatches({ matchExpressions: [{ key: 'a', operator: 'Near' }] })).toThrow('"Near" is not a valid label selector operator');
  });
});

describe('field selectors', () => {
  const fields = { 'metadata.name': 'p', 'status.phase': 'Running' };

  it.each([
    ['metadata.name=p', true],
    ['metadata.name==p,status.phase!=Pending', true],
    ['status.phase!=Running', false],
    ['spec.nodeName=', true],
    ['metadata.name=p\\,q', false],
  ])('%j matches: %s', (text, expected) => {
    expect(fieldsMatch(parseFieldSelector(text, 'Pod'), fields)).toBe(expected);
  });

  it.each([
    ['spec.image=x', 'field label not supported: spec.image'],
    ['nonsense', "can't understand"],
    ['metadata.name=a=b', 'unescaped character in value: ='],
    ['metadata.name=a\\x', 'invalid escape sequence'],
  ])('%j is refused: %s', (text, why) => {
    expect(() => parseFieldSelector(text, 'Pod')).toThrow(why);
  });
});
