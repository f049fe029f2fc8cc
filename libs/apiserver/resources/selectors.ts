/** Selectors as they stand in URLs. Source: apimachinery's pkg/labels/selector.go and pkg/fields/selector.go. */

/** The text is not a selector. */
export class SelectorError extends Error {
  override readonly name = 'SelectorError';
}

export type LabelPredicate = (labels: Record<string, string>) => boolean;

const own = (labels: Record<string, string>, key: string): string | undefined => (Object.hasOwn(labels, key) ? labels[key] : undefined);
const KEY = /^([A-Za-z0-9]([-A-Za-z0-9_./]*[A-Za-z0-9])?)/;
const SET = /^(.+?)\s+(in|notin)\s*\(([^()]*)\)$/;
const COMPARISON = /^([^=!<>\s]+)\s*(==|=|!=|<|>)\s*(\S*)$/;

/** `a=b,c!=d,e in (x,y),f notin (z),g,!h,i>1`. @throws SelectorError */
export function parseLabelSelector(text: string): LabelPredicate {
  const requirements = split(text).map((part) => requirement(part.trim()));
  return (labels) => requirements.every((matches) => matches(labels));
}

function requirement(part: string): LabelPredicate {
  const set = SET.exec(part);
  if (set) {
    const key = keyIn(set[1]!, part);
    const values = set[3]!.split(',').map((value) => value.trim());
    return set[2] === 'in' ? (labels) => Object.hasOwn(labels, key) && values.includes(labels[key]!) : (labels) => !Object.hasOwn(labels, key) || !values.includes(labels[key]!);
  }
  const comparison = COMPARISON.exec(part);
  if (comparison) return compare(keyIn(comparison[1]!, part), comparison[2]!, comparison[3]!, part);
  if (part.startsWith('!')) {
    const key = keyIn(part.slice(1).trim(), part);
    return (labels) => !Object.hasOwn(labels, key);
  }
  const key = keyIn(part, part);
  return (labels) => Object.hasOwn(labels, key);
}

function compare(key: string, operator: string, value: string, part: string): LabelPredicate {
  if (operator === '!=') return (labels) => own(labels, key) !== value;
  if (operator === '=' || operator === '==') return (labels) => own(labels, key) === value;
  if (!/^-?\d+$/.test(value)) throw new SelectorError(`unable to parse requirement: ${JSON.stringify(part)}: for 'Gt', 'Lt' operators, the value must be an integer`);
  const bound = Number(value);
  return (labels) => Object.hasOwn(labels, key) && (operator === '>' ? Number(labels[key]) > bound : Number(labels[key]) < bound);
}

function keyIn(text: string, part: string): string {
  const match = KEY.exec(text);
  if (!match || match[1] !== text) throw new SelectorError(`unable to parse requirement: found ${JSON.stringify(part)}, expected: a label's key with one of =, ==, !=, in, notin, <, >, or !key`);
  return text;
}

/** At commas, but not within parentheses. */
function split(text: string): string[] {
  return text.split(/,(?![^(]*\))/);
}

export interface FieldTerm {
  field: string;
  value: string;
  equal: boolean;
}

/** `metadata.name=x,status.phase!=Running`; a backslash takes the meaning off `,`, `=` and itself. @throws SelectorError */
export function parseFieldSelector(text: string): FieldTerm[] {
  const terms = text.match(/(?:\\.|[^,\\])+/g) ?? [];
  return terms.map((term) => {
    const match = /^([^=!]+?)(!=|==|=)(.*)$/s.exec(term);
    if (!match) throw new SelectorError(`invalid field selector: ${JSON.stringify(term)}; can't understand it`);
    return { field: match[1]!.trim(), value: match[3]!.replaceAll(/\\([,=\\])/g, '$1'), equal: match[2] !== '!=' };
  });
}
