/** Content negotiation. Source: apiserver's endpoints/handlers/negotiation. */
import { notAcceptable } from '../errors/status.js';

/** In which form a client wants objects. */
export type Form = 'object' | 'table' | 'metadata';

export interface Representation {
  form: Form;
  encoding: 'json' | 'yaml';
}

const OFFERED = ['application/json', 'application/yaml'];
const PLAIN: Representation = { form: 'object', encoding: 'json' };

interface Range {
  type: string;
  parameters: Record<string, string>;
  quality: number;
}

/** The best of what `accept` allows; no header allows everything. @throws ApiError 406 */
export function negotiate(accept: string | undefined): Representation {
  if (!accept) return PLAIN;
  const ranges = accept
    .split(',')
    .map(parseRange)
    .sort((a, b) => b.quality - a.quality);
  for (const range of ranges) {
    const chosen = representationFor(range);
    if (chosen) return chosen;
  }
  throw notAcceptable(OFFERED);
}

function parseRange(text: string): Range {
  const [type = '', ...rest] = text.split(';').map((part) => part.trim());
  const parameters = Object.fromEntries(rest.map((part) => part.split('=', 2).map((side) => side.trim()) as [string, string]));
  return { type: type.toLowerCase(), parameters, quality: Number(parameters['q'] ?? 1) };
}

function representationFor({ type, parameters }: Range): Representation | undefined {
  const encoding = type === 'application/yaml' ? 'yaml' : ['application/json', '*/*', 'application/*'].includes(type) ? 'json' : undefined;
  if (!encoding) return undefined;
  const { as, g, v } = parameters;
  if (as === undefined) return { form: 'object', encoding };
  if (g !== 'meta.k8s.io' || (v !== 'v1' && v !== 'v1beta1')) return undefined;
  if (as === 'Table') return { form: 'table', encoding };
  return as === 'PartialObjectMetadata' || as === 'PartialObjectMetadataList' ? { form: 'metadata', encoding } : undefined;
}
