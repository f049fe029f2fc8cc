import { selectableFieldNames } from '#objects';
import { badRequest } from '../errors/status.js';
import type { KindRow } from '../kinds/row.js';
import type { Selection } from '../types.js';
import { parseFieldSelector, parseLabelSelector, SelectorError } from './selectors.js';

type Values = Record<string, string>;

/** What a list or watch selects; `name` when a field selector asks for one name, which needs no scan. @throws ApiError 400 */
export function selector(row: KindRow, { labelSelector, fieldSelector }: Selection): { name?: string; matches?: (labels: Values, fields: Values) => boolean } {
  try {
    const byLabel = labelSelector ? parseLabelSelector(labelSelector) : undefined;
    const terms = fieldSelector ? parseFieldSelector(fieldSelector) : [];
    const known = selectableFieldNames(row.kind);
    for (const { field } of terms) if (!known.includes(field)) throw badRequest(`field label not supported: ${field}`);
    const name = terms.find((term) => term.field === 'metadata.name' && term.equal)?.value;
    if (!byLabel && terms.length === 0) return {};
    const byField = (fields: Values) => terms.every(({ field, value, equal }) => ((fields[field] ?? '') === value) === equal);
    return { ...(name !== undefined && { name }), matches: (labels, fields) => (!byLabel || byLabel(labels)) && byField(fields) };
  } catch (error) {
    if (error instanceof SelectorError) throw badRequest(error.message);
    throw error;
  }
}
