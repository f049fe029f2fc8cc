/** Label selectors: the text of a URL, and LabelSelector objects. Source: k8s.io/apimachinery/pkg/labels/selector.go. */
import { ownValue } from '../own-value.js';
import type { LabelSelector } from '../types.js';
import { labelValueFaults, qualifiedNameFaults } from '../validation/names.js';
import { SelectorError } from './errors.js';

export type LabelPredicate = (labels: Readonly<Record<string, string>>) => boolean;

type Operator = '=' | '!=' | 'in' | 'notin' | 'exists' | '!' | '>' | '<';

interface Requirement {
  key: string;
  operator: Operator;
  values: string[];
}

/** `a=b,c!=d,e in (x,y),f notin (z),g,!h,i>1`: all of them must hold; '' selects everything. @throws SelectorError */
export function parseLabelSelector(text: string): LabelPredicate {
  return all(new Parser(text).requirements());
}

/** null selects nothing, an empty one everything. @throws SelectorError */
export function labelSelectorMatches(selector: LabelSelector | null | undefined): LabelPredicate {
  if (!selector) return () => false;
  const requirements = Object.entries(selector.matchLabels ?? {}).map(([key, value]) => checked({ key, operator: '=', values: [value] }));
  const operators: Record<string, Operator> = { In: 'in', NotIn: 'notin', Exists: 'exists', DoesNotExist: '!' };
  for (const { key, operator, values = [] } of selector.matchExpressions ?? []) {
    const known = operators[operator];
    if (!known) throw new SelectorError(`"${operator}" is not a valid label selector operator; one of In, NotIn, Exists, DoesNotExist is`);
    requirements.push(checked({ key, operator: known, values }));
  }
  return all(requirements);
}

const all = (requirements: Requirement[]): LabelPredicate => {
  const predicates = requirements.map(predicate);
  return (labels) => predicates.every((matches) => matches(labels));
};

function predicate({ key, operator, values }: Requirement): LabelPredicate {
  const [first] = values;
  switch (operator) {
    case '=':
      return (labels) => ownValue(labels, key) === first;
    case '!=':
      return (labels) => ownValue(labels, key) !== first;
    case 'in':
      return (labels) => Object.hasOwn(labels, key) && values.includes(labels[key]!);
    case 'notin':
      return (labels) => !Object.hasOwn(labels, key) || !values.includes(labels[key]!);
    case 'exists':
      return (labels) => Object.hasOwn(labels, key);
    case '!':
      return (labels) => !Object.hasOwn(labels, key);
    case '>':
    case '<': {
      const bound = BigInt(first!);
      return (labels) => {
        const value = ownValue(labels, key);
        if (value === undefined || !/^-?\d+$/.test(value)) return false;
        return operator === '>' ? BigInt(value) > bound : BigInt(value) < bound;
      };
    }
  }
}

function checked(requirement: Requirement): Requirement {
  const { key, operator, values } = requirement;
  for (const fault of qualifiedNameFaults(key)) throw new SelectorError(`key: Invalid value: ${JSON.stringify(key)}: ${fault}`);
  if ((operator === 'in' || operator === 'notin') && values.length === 0) {
    throw new SelectorError("values: Invalid value: []: for 'in', 'notin' operators, values set can't be empty");
  }
  if ((operator === '>' || operator === '<') && !/^-?\d+$/.test(values[0] ?? '')) {
    throw new SelectorError(`values[0]: Invalid value: ${JSON.stringify(values[0])}: for 'Gt', 'Lt' operators, the value must be an integer`);
  }
  for (const [index, value] of values.entries()) {
    for (const fault of labelValueFaults(value)) throw new SelectorError(`values[${index}][${key}]: Invalid value: ${JSON.stringify(value)}: ${fault}`);
  }
  return requirement;
}

const TOKEN = /\s*(?:(==|!=|[=!<>(),])|([^\s=!<>(),]+))/y;

/** Reads the tokens of a selector: words and the signs = == != ! < > ( ) and the comma. */
class Parser {
  private readonly tokens: string[] = [];
  private at = 0;

  constructor(private readonly text: string) {
    TOKEN.lastIndex = 0;
    const end = text.trimEnd().length;
    while (TOKEN.lastIndex < end) {
      const match = TOKEN.exec(text)!;
      this.tokens.push(match[1] ?? match[2]!);
    }
  }

  requirements(): Requirement[] {
    const found: Requirement[] = [];
    while (this.at < this.tokens.length) {
      found.push(checked(this.requirement()));
      const next = this.tokens[this.at];
      if (next === undefined) break;
      if (next !== ',') throw this.unexpected("',' or the end");
      this.at += 1;
      if (this.at === this.tokens.length) throw this.unexpected('a label key after the comma');
    }
    return found;
  }

  private requirement(): Requirement {
    if (this.tokens[this.at] === '!') {
      this.at += 1;
      return { key: this.word('a label key'), operator: '!', values: [] };
    }
    const key = this.word('a label key');
    const operator = this.tokens[this.at];
    if (operator === undefined || operator === ',') return { key, operator: 'exists', values: [] };
    this.at += 1;
    if (operator === 'in' || operator === 'notin') return { key, operator, values: this.set() };
    const sign = operator === '==' ? '=' : operator;
    if (sign !== '=' && sign !== '!=' && sign !== '>' && sign !== '<') {
      this.at -= 1;
      throw this.unexpected('one of =, ==, !=, in, notin, <, >');
    }
    const value = this.tokens[this.at];
    if (value === undefined || value === ',') return { key, operator: sign, values: [''] };
    return { key, operator: sign, values: [this.word('a value')] };
  }

  private set(): string[] {
    if (this.tokens[this.at] !== '(') throw this.unexpected("'('");
    this.at += 1;
    const values: string[] = [];
    let expectsValue = true;
    for (; this.tokens[this.at] !== ')'; this.at += 1) {
      const token = this.tokens[this.at];
      if (token === undefined) throw this.unexpected("')'");
      if (token === ',') {
        if (expectsValue) values.push('');
        expectsValue = true;
      } else if (expectsValue && isWord(token)) {
        values.push(token);
        expectsValue = false;
      } else throw this.unexpected("',' or ')'");
    }
    if (expectsValue && values.length > 0) values.push('');
    this.at += 1;
    return [...new Set(values)];
  }

  private word(what: string): string {
    const token = this.tokens[this.at];
    if (token === undefined || !isWord(token)) throw this.unexpected(what);
    this.at += 1;
    return token;
  }

  private unexpected(expected: string): SelectorError {
    const found = this.tokens[this.at] ?? '';
    return new SelectorError(`unable to parse requirement in ${JSON.stringify(this.text)}: found '${found}', expected: ${expected}`);
  }
}

const isWord = (token: string): boolean => !/^(==|!=|[=!<>(),])$/.test(token);
