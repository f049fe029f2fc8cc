import { fieldsMatch, parseFieldSelector, parseLabelSelector, SelectorError } from '#objects';
import { badRequest } from '../errors/status.js';
import type { KindRow } from '../kinds/row.js';
import type { Selection } from '../types.js';

type Values = Record<string, string>;

/** What a list or watch selects; `name` when a field selector asks for one name, which needs no scan. @throws ApiError 400 */
export function selector(
  row: KindRow,
  { labelSelector, fieldSelector }: Selection,
): { name?: string; matches?: (labels: Values, fields: Values) => boolean } {
  try {
    const byLabel = labelSelector ? parseLabelSelector(labelSelector) : undefined;
    const terms = fieldSelector ? parseFieldSelector(fieldSelector, row.kind) : [];
    if (!byLabel && terms.length === 0) return {};
    const name = terms.find((term) => term.field === 'metadata.name' && term.equal)?.value;
    return { ...(name !== undefined && { name }), matches: (labels, fields) => (!byLabel || byLabel(labels)) && fieldsMatch(terms, fields) };
  } catch (error) {
    if (error instanceof SelectorError) throw badRequest(error.message);
    throw error;
  }
}
