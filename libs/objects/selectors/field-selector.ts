/** Field selectors as they stand in URLs. Source: k8s.io/apimachinery/pkg/fields/selector.go. */
import { selectableFieldNames } from '../selectable-fields.js';
import { SelectorError } from './errors.js';

export interface FieldTerm {
  field: string;
  value: string;
  /** false: must not be `value`. */
  equal: boolean;
}

/**
 * `metadata.name=x,status.phase!=Running`; a backslash takes the meaning off `,`, `=` and itself. With `kind` the fields must be among those
 * that can be selected on it. @throws SelectorError
 */
export function parseFieldSelector(text: string, kind?: string): FieldTerm[] {
  const supported = kind === undefined ? undefined : selectableFieldNames(kind);
  return (text.match(/(?:\\.|[^,\\])+/gs) ?? []).map((term) => {
    const match = /^([^=!]+?)(!=|==|=)(.*)$/s.exec(term);
    if (!match) throw new SelectorError(`invalid selector: ${JSON.stringify(text)}; can't understand ${JSON.stringify(term)}: expected <field>=<value> or <field>!=<value>`);
    const field = match[1]!.trim();
    if (supported && !supported.includes(field)) throw new SelectorError(`field label not supported: ${field} (supported on ${kind}: ${supported.join(', ')})`);
    return { field, value: unescape(match[3]!), equal: match[2] !== '!=' };
  });
}

function unescape(value: string): string {
  const plain = value.replaceAll(/\\(.)/gs, (pair, character: string) => {
    if (!'\\,='.includes(character)) throw new SelectorError(`invalid field selector: invalid escape sequence: ${pair} (only \\\\, \\, and \\= are)`);
    return '';
  });
  if (plain.includes('=')) throw new SelectorError(`invalid field selector: unescaped character in value: =`);
  return value.replaceAll(/\\(.)/gs, '$1');
}

/** `fields` as selectableFields() gives them; one that is not there is ''. */
export const fieldsMatch = (terms: readonly FieldTerm[], fields: Readonly<Record<string, string>>): boolean =>
  terms.every(({ field, value, equal }) => ((fields[field] ?? '') === value) === equal);
