/** The schemas in the form that decoding and merging walk along: resolved, without prose, one node a declared type. */
import { definitions } from './definitions.js';
import type { OpenApiSchema } from './definitions.js';

export type SchemaNode = StructNode | ListNode | MapNode | ScalarNode;

export interface ScalarNode {
  type: 'string' | 'bytes' | 'time' | 'boolean' | 'int32' | 'int64' | 'number' | 'quantity' | 'intOrString' | 'any';
}
export interface StructNode {
  type: 'struct';
  /** Go's name of the type, without package. */
  name: string;
  fields: Map<string, SchemaNode>;
}
export interface MapNode {
  type: 'map';
  of: SchemaNode;
}
export interface ListNode {
  type: 'list';
  of: SchemaNode;
  /** patchMergeKey; '' merges plain values; undefined: the list is replaced as a whole. */
  mergeKey?: string;
  retainKeys: boolean;
  /** What server-side apply tells items apart by; [] for a set of plain values; undefined: atomic. */
  mapKeys?: string[];
}

const structs = new Map<string, SchemaNode>();

/** The node of a definition, for example `io.k8s.api.core.v1.Pod`. Built once; a type may contain itself. */
export function nodeOf(definition: string): SchemaNode {
  const known = structs.get(definition);
  if (known) return known;
  const schema = definitions()[definition];
  if (!schema) throw new Error(`no definition ${definition}`);
  if (schema.format === 'quantity') return remember(definition, { type: 'quantity' });
  if (!schema.properties) return remember(definition, { type: 'any' });
  const node: StructNode = { type: 'struct', name: definition.slice(definition.lastIndexOf('.') + 1), fields: new Map() };
  structs.set(definition, node);
  addFields(node, schema.properties);
  return node;
}

function addFields(node: StructNode, properties: Record<string, OpenApiSchema>): StructNode {
  for (const [name, field] of Object.entries(properties)) node.fields.set(name, nodeFor(field, name));
  return node;
}

function remember(definition: string, node: SchemaNode): SchemaNode {
  structs.set(definition, node);
  return node;
}

function nodeFor(schema: OpenApiSchema, name = ''): SchemaNode {
  const reference = schema.$ref ?? schema.allOf?.[0]?.$ref;
  if (reference) return nodeOf(reference.slice('#/components/schemas/'.length));
  if (schema['x-kubernetes-int-or-string']) return { type: 'intOrString' };
  if (schema.properties) return addFields({ type: 'struct', name, fields: new Map() }, schema.properties);
  if (schema.additionalProperties) return { type: 'map', of: nodeFor(schema.additionalProperties) };
  if (schema.items) return listNode(schema, schema.items);
  if (schema.type === 'boolean') return { type: 'boolean' };
  if (schema.type === 'integer') return { type: schema.format === 'int64' ? 'int64' : 'int32' };
  if (schema.type === 'number') return { type: 'number' };
  if (schema.format === 'byte') return { type: 'bytes' };
  return { type: schema.format === 'date-time' ? 'time' : 'string' };
}

function listNode(schema: OpenApiSchema, items: OpenApiSchema): ListNode {
  const strategy = schema['x-kubernetes-patch-strategy'];
  const listType = schema['x-kubernetes-list-type'];
  return {
    type: 'list',
    of: nodeFor(items),
    mergeKey: strategy === undefined ? undefined : (schema['x-kubernetes-patch-merge-key'] ?? ''),
    retainKeys: strategy?.includes('retainKeys') ?? false,
    mapKeys: listType === 'map' ? schema['x-kubernetes-list-map-keys'] : listType === 'set' ? [] : undefined,
  };
}

/** The type as Go prints it, for messages. */
export function goType(node: SchemaNode): string {
  switch (node.type) {
    case 'struct':
      return `v1.${node.name}`;
    case 'list':
      return `[]${goType(node.of)}`;
    case 'map':
      return `map[string]${goType(node.of)}`;
    case 'number':
      return 'float64';
    case 'bytes':
      return '[]uint8';
    case 'time':
      return 'v1.Time';
    case 'boolean':
      return 'bool';
    case 'quantity':
      return 'resource.Quantity';
    case 'intOrString':
      return 'intstr.IntOrString';
    case 'any':
      return 'interface {}';
    default:
      return node.type;
  }
}
