import { badRequest, unsupportedMediaType } from '../errors/status.js';
import { MAX_DEPTH, scanJson } from './json.js';
import { decodeProtobuf, PROTOBUF } from './protobuf.js';
import { parseYaml } from './yaml.js';
import type { ParsedText } from './yaml.js';

const YAML = ['application/yaml', 'application/x-yaml', 'text/yaml'];
const ACCEPTED = ['application/json', 'application/yaml', PROTOBUF];

/** The media type without its parameters, in lower case. */
export const mediaType = (contentType: string | undefined): string => (contentType ?? '').split(';')[0]!.trim().toLowerCase();

/**
 * What a request's body says. No content type counts as JSON. An empty body gives undefined. @throws ApiError 400, 415
 */
export function parseBody(bytes: Uint8Array, contentType: string | undefined): ParsedText {
  const type = mediaType(contentType);
  if (bytes.length === 0) return { value: undefined, duplicates: [] };
  if (type === '' || type === 'application/json') return parseJson(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8'));
  if (YAML.includes(type)) return parseYaml(Buffer.from(bytes).toString('utf8'));
  if (type === PROTOBUF) return { value: decodeProtobuf(bytes), duplicates: [] };
  throw unsupportedMediaType(ACCEPTED);
}

/** @throws ApiError 400 */
export function parseJson(text: string): ParsedText {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw badRequest(`couldn't get version/kind; json parse error: ${(error as Error).message}`);
  }
  const { duplicates, tooDeep } = scanJson(text);
  if (tooDeep) throw badRequest(`json parse error: nested more than ${MAX_DEPTH} levels deep`);
  return { value, duplicates };
}
