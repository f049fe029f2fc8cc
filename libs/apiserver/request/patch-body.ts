import { unsupportedMediaType } from '../errors/status.js';
import { mediaType, parseJson } from '../decode/body.js';
import { parseYaml } from '../decode/yaml.js';
import type { ParsedText } from '../decode/yaml.js';
import type { PatchType } from '../types.js';

const TYPES: Record<string, PatchType> = {
  'application/json-patch+json': 'json',
  'application/merge-patch+json': 'merge',
  'application/strategic-merge-patch+json': 'strategic',
  'application/apply-patch+yaml': 'apply',
};

/** A PATCH's body; its content type says what kind of patch it is. @throws ApiError 400, 415 */
export function parsePatch(bytes: Uint8Array, contentType: string | undefined): ParsedText & { type: PatchType } {
  const type = TYPES[mediaType(contentType)];
  if (!type) throw unsupportedMediaType(Object.keys(TYPES));
  const text = Buffer.from(bytes).toString('utf8');
  return { type, ...(type === 'apply' ? parseYaml(text) : parseJson(text)) };
}
