/**
 * /openapi/v3: an index, and one document a group version, made when first asked for. Paths carry what kubectl looks for: the kind, the
 * action, and whether fieldValidation is understood.
 */
import { createHash } from 'node:crypto';
import { kindRows } from '../kinds/table.js';
import type { KindRow } from '../kinds/row.js';
import { definitions } from '../schema/definitions.js';
import type { OpenApiSchema } from '../schema/definitions.js';

export interface OpenApiDocument {
  text: string;
  hash: string;
}

const documents = new Map<string, OpenApiDocument>();

const pathOf = (row: KindRow): string => (row.group ? `apis/${row.group}/${row.version}` : `api/${row.version}`);

export function openApiIndex(): object {
  const paths = [...new Set(kindRows().map(pathOf))].sort();
  return { paths: Object.fromEntries(paths.map((path) => [path, { serverRelativeURL: `/openapi/v3/${path}?hash=${openApiDocument(path)!.hash}` }])) };
}

/** `path`: `api/v1`, `apis/discovery.k8s.io/v1`; undefined: not served. */
export function openApiDocument(path: string): OpenApiDocument | undefined {
  const known = documents.get(path);
  if (known) return known;
  const rows = kindRows().filter((row) => pathOf(row) === path);
  if (rows.length === 0) return undefined;
  const text = JSON.stringify({
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: 'v1.35.0+podbox' },
    paths: Object.assign({}, ...rows.map((row) => pathsOf(row))) as object,
    components: { schemas: schemasFor(rows) },
  });
  const document = { text, hash: createHash('sha256').update(text).digest('hex').toUpperCase().slice(0, 64) };
  documents.set(path, document);
  return document;
}

const query = (name: string, type = 'string') => ({ name, in: 'query', schema: { type, uniqueItems: true } });
const WRITE_PARAMETERS = [query('dryRun'), query('fieldManager'), query('fieldValidation')];
const LIST_PARAMETERS = [
  'labelSelector',
  'fieldSelector',
  'continue',
  'resourceVersion',
  'resourceVersionMatch',
  'limit',
  'watch',
  'timeoutSeconds',
  'allowWatchBookmarks',
].map((name) => query(name));
const PATCHES = [
  'application/apply-patch+yaml',
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
];

function pathsOf(row: KindRow): Record<string, object> {
  const scope = row.namespaced ? `/${pathOf(row)}/namespaces/{namespace}` : `/${pathOf(row)}`;
  const gvk = { group: row.group, version: row.version, kind: row.kind };
  const schema = { $ref: `#/components/schemas/${row.definition}` };
  const body = (...types: string[]) => ({ content: Object.fromEntries(types.map((type) => [type, { schema }])) });
  const operation = (action: string, parameters: object[], types: string[] = []) => ({
    operationId: `${action}${row.namespaced ? 'Namespaced' : ''}${row.kind}`,
    parameters,
    ...(types.length > 0 && { requestBody: body(...types) }),
    responses: { 200: { description: 'OK', ...body('application/json', 'application/yaml') } },
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': gvk,
  });
  const namespace = row.namespaced ? [{ name: 'namespace', in: 'path', required: true, schema: { type: 'string' } }] : [];
  const name = { name: 'name', in: 'path', required: true, schema: { type: 'string' } };
  return {
    [`${scope}/${row.resource}`]: {
      get: operation('list', LIST_PARAMETERS),
      post: operation('post', WRITE_PARAMETERS, ['application/json', 'application/yaml']),
      delete: operation('deletecollection', LIST_PARAMETERS),
      parameters: namespace,
    },
    [`${scope}/${row.resource}/{name}`]: {
      get: operation('get', []),
      put: operation('put', WRITE_PARAMETERS, ['application/json', 'application/yaml']),
      patch: operation('patch', [...WRITE_PARAMETERS, query('force', 'boolean')], PATCHES),
      delete: operation('delete', [query('dryRun'), query('gracePeriodSeconds', 'integer'), query('propagationPolicy')]),
      parameters: [...namespace, name],
    },
  };
}

type Described = OpenApiSchema & { 'x-kubernetes-group-version-kind'?: object[] };

/** What the rows' definitions need, and those of DeleteOptions and Status. */
function schemasFor(rows: KindRow[]): Record<string, Described> {
  const all = definitions();
  const found: Record<string, Described> = {};
  const meta = ['DeleteOptions', 'Status'].map((name) => `io.k8s.apimachinery.pkg.apis.meta.v1.${name}`);
  const open = [...rows.flatMap((row) => [row.definition, `${row.definition}List`]), ...meta];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const schema = all[name];
    if (found[name] || !schema) continue;
    found[name] = schema;
    for (const [, target] of JSON.stringify(schema).matchAll(/#\/components\/schemas\/([^"]+)/g)) open.push(target!);
  }
  for (const row of rows) {
    found[row.definition] = {
      ...found[row.definition],
      'x-kubernetes-group-version-kind': [{ group: row.group, kind: row.kind, version: row.version }],
    };
  }
  return found;
}
