/** The OpenAPI schemas that scripts/openapi.mjs made, loaded when first asked for. */
import { readFileSync } from 'node:fs';
import { clockDefinitions } from './clock-definitions.js';

/** The part of an OpenAPI v3 schema that the generated definitions use. */
export interface OpenApiSchema {
  description?: string;
  type?: 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean';
  format?: string;
  properties?: Record<string, OpenApiSchema>;
  additionalProperties?: OpenApiSchema;
  items?: OpenApiSchema;
  required?: string[];
  $ref?: string;
  allOf?: OpenApiSchema[];
  oneOf?: OpenApiSchema[];
  'x-kubernetes-int-or-string'?: boolean;
  'x-kubernetes-preserve-unknown-fields'?: boolean;
  'x-kubernetes-list-type'?: 'atomic' | 'set' | 'map';
  'x-kubernetes-list-map-keys'?: string[];
  'x-kubernetes-patch-merge-key'?: string;
  'x-kubernetes-patch-strategy'?: string;
}

let loaded: Record<string, OpenApiSchema> | undefined;

export function definitions(): Record<string, OpenApiSchema> {
  loaded ??= {
    ...(JSON.parse(readFileSync(new URL('../openapi/definitions.json', import.meta.url), 'utf8')) as Record<string, OpenApiSchema>),
    ...clockDefinitions,
  };
  return loaded;
}
