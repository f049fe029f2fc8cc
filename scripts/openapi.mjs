/**
 * Makes dist/libs/apiserver/openapi/definitions.json: the OpenAPI v3 schemas of the kinds that Podbox serves, from the type declarations of
 * kubernetes-types and what libs/objects/types.ts adds to them (`export type X = core.X & { .. }`). The declarations do not tell how wide
 * an integer is, which strings are bytes, and how lists are merged: those facts stand here. Syntax only, no type checker: half a second.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';

const OUTPUT = 'dist/libs/apiserver/openapi';

/** Declaration file below node_modules/kubernetes-types -> the prefix of its definitions' names. */
const FILES = {
  'core/v1': 'io.k8s.api.core.v1',
  'discovery/v1': 'io.k8s.api.discovery.v1',
  'events/v1': 'io.k8s.api.events.v1',
  'coordination/v1': 'io.k8s.api.coordination.v1',
  'policy/v1': 'io.k8s.api.policy.v1',
  'scheduling/v1': 'io.k8s.api.scheduling.v1',
  'authorization/v1': 'io.k8s.api.authorization.v1',
  'meta/v1': 'io.k8s.apimachinery.pkg.apis.meta.v1',
  'api/resource': 'io.k8s.apimachinery.pkg.api.resource',
  runtime: 'io.k8s.apimachinery.pkg.runtime',
};

/** Integers are int32 but for these. Source: staging/src/k8s.io/api. */
const INT64 = new Set([
  'activeDeadlineSeconds',
  'terminationGracePeriodSeconds',
  'runAsUser',
  'runAsGroup',
  'fsGroup',
  'supplementalGroups',
  'tolerationSeconds',
  'generation',
  'observedGeneration',
  'deletionGracePeriodSeconds',
  'gracePeriodSeconds',
  'expirationSeconds',
  'seconds',
  'sizeBytes',
  'remainingItemCount',
  'tailLines',
  'limitBytes',
  'sinceSeconds',
  'uid',
  'gid',
]);

/** Maps of []byte (base64 on the wire). */
const BYTES = new Set(['core.v1.Secret.data', 'core.v1.ConfigMap.binaryData', 'core.v1.CSIVolumeSource.caBundle']);

/** Free-form objects. */
const ANY = new Set([
  'io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1',
  'io.k8s.apimachinery.pkg.apis.meta.v1.Patch',
  'io.k8s.apimachinery.pkg.runtime.RawExtension',
]);

/** patchStrategy and patchMergeKey of the Go declarations; '' is a list of plain values. */
const MERGE = {
  'core.v1.PodSpec.containers': 'name',
  'core.v1.PodSpec.initContainers': 'name',
  'core.v1.PodSpec.ephemeralContainers': 'name',
  'core.v1.PodSpec.volumes': 'name,retainKeys',
  'core.v1.PodSpec.imagePullSecrets': 'name',
  'core.v1.PodSpec.hostAliases': 'ip',
  'core.v1.PodSpec.topologySpreadConstraints': 'topologyKey',
  'core.v1.PodSpec.schedulingGates': 'name',
  'core.v1.PodSpec.resourceClaims': 'name,retainKeys',
  'core.v1.Container.ports': 'containerPort',
  'core.v1.Container.env': 'name',
  'core.v1.Container.volumeMounts': 'mountPath',
  'core.v1.Container.volumeDevices': 'devicePath',
  'core.v1.EphemeralContainer.ports': 'containerPort',
  'core.v1.EphemeralContainer.env': 'name',
  'core.v1.EphemeralContainer.volumeMounts': 'mountPath',
  'core.v1.EphemeralContainer.volumeDevices': 'devicePath',
  'core.v1.PodStatus.conditions': 'type',
  'core.v1.PodStatus.podIPs': 'ip',
  'core.v1.PodStatus.hostIPs': 'ip',
  'core.v1.PodStatus.resourceClaimStatuses': 'name,retainKeys',
  'core.v1.ServiceSpec.ports': 'port',
  'core.v1.ServiceStatus.conditions': 'type',
  'core.v1.ServiceAccount.secrets': 'name',
  'core.v1.NamespaceStatus.conditions': 'type',
  'core.v1.NodeStatus.conditions': 'type',
  'core.v1.NodeStatus.addresses': 'type',
  'core.v1.NodeSpec.podCIDRs': '',
  'meta.v1.ObjectMeta.finalizers': '',
  'meta.v1.ObjectMeta.ownerReferences': 'uid',
};

/** What server-side apply identifies a list's items by, where it differs from the merge key above (listMapKeys). Absent in both: atomic. */
const LIST_MAP_KEYS = {
  'core.v1.Container.ports': ['containerPort', 'protocol'],
  'core.v1.EphemeralContainer.ports': ['containerPort', 'protocol'],
  'core.v1.ServiceSpec.ports': ['port', 'protocol'],
  'core.v1.PodSpec.topologySpreadConstraints': ['topologyKey', 'whenUnsatisfiable'],
};

const TYPES = 'node_modules/kubernetes-types';
const short = (name) => name.replace(/^io\.k8s\.(api\.|apimachinery\.pkg\.apis\.)/, '');
const comment = (node) => {
  const text = node.jsDoc?.at(-1)?.comment;
  return (typeof text === 'string' ? text : ts.getTextOfJSDocComment(text))?.trim();
};
const definitions = {};

/** Where each imported name of a source file is defined. */
function importsOf(source, file) {
  const names = new Map();
  for (const statement of source.statements) {
    if (!ts.isImportDeclaration(statement)) continue;
    const target = join(dirname(file), statement.moduleSpecifier.text);
    for (const element of statement.importClause.namedBindings.elements) names.set(element.name.text, FILES[target]);
  }
  return names;
}

const SCALARS = {
  Time: { type: 'string', format: 'date-time' },
  MicroTime: { type: 'string', format: 'date-time' },
};

function schemaOf(type, path, resolve) {
  const name = path.split('.').at(-1);
  if (ts.isTypeReferenceNode(type) && type.typeName.getText() === 'Array') return listOf(type.typeArguments[0], path, resolve);
  if (ts.isArrayTypeNode(type)) return listOf(type.elementType, path, resolve);
  if (ts.isTypeReferenceNode(type)) {
    const target = type.typeName.getText().split('.').at(-1);
    return SCALARS[target] ?? { $ref: `#/components/schemas/${resolve(type)}` };
  }
  if (ts.isTypeLiteralNode(type) && type.members[0] && ts.isIndexSignatureDeclaration(type.members[0])) {
    const values = BYTES.has(path) ? { type: 'string', format: 'byte' } : schemaOf(type.members[0].type, `${path}.*`, resolve);
    return { type: 'object', additionalProperties: values };
  }
  if (ts.isTypeLiteralNode(type)) {
    const inline = { type: 'object', properties: {} };
    addMembers(inline, path, type.members, resolve);
    return inline;
  }
  if (ts.isUnionTypeNode(type)) {
    const kinds = new Set(type.types.map((member) => (ts.isLiteralTypeNode(member) ? 'string' : member.getText())));
    return kinds.has('number') && kinds.has('string')
      ? { 'x-kubernetes-int-or-string': true, oneOf: [{ type: 'integer' }, { type: 'string' }], format: 'int-or-string' }
      : { type: 'string' };
  }
  if (ts.isLiteralTypeNode(type)) return { type: 'string' };
  switch (type.kind) {
    case ts.SyntaxKind.NumberKeyword:
      return { type: 'integer', format: INT64.has(name) ? 'int64' : 'int32' };
    case ts.SyntaxKind.BooleanKeyword:
      return { type: 'boolean' };
    case ts.SyntaxKind.StringKeyword:
      return BYTES.has(path) ? { type: 'string', format: 'byte' } : { type: 'string' };
    default:
      throw new Error(`${path}: no schema for ${type.getText()}`);
  }
}

function listOf(items, path, resolve) {
  const list = { type: 'array', items: schemaOf(items, path, resolve) };
  const merge = MERGE[path];
  if (merge === undefined) return { ...list, 'x-kubernetes-list-type': 'atomic' };
  const [key, retain] = merge.split(',');
  if (key === '') return { ...list, 'x-kubernetes-list-type': 'set', 'x-kubernetes-patch-strategy': 'merge' };
  return {
    ...list,
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': LIST_MAP_KEYS[path] ?? [key],
    'x-kubernetes-patch-merge-key': key,
    'x-kubernetes-patch-strategy': retain ? 'merge,retainKeys' : 'merge',
  };
}

function addMembers(definition, name, members, resolve) {
  for (const member of members) {
    if (!ts.isPropertySignature(member)) continue;
    const field = member.name.text;
    if (definition.properties[field]) continue;
    const schema = schemaOf(member.type, `${short(name)}.${field}`, resolve);
    const description = comment(member);
    definition.properties[field] = schema.$ref
      ? { ...(description && { description }), allOf: [schema] }
      : { ...(description && { description }), ...schema };
    if (!member.questionToken) (definition.required ??= []).push(field);
  }
}

const parse = (file) => ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.ES2022, true);

for (const [file, prefix] of Object.entries(FILES)) {
  const source = parse(join(TYPES, `${file}.d.ts`));
  const imported = importsOf(source, file);
  const resolve = (type) => `${imported.get(type.typeName.getText()) ?? prefix}.${type.typeName.getText()}`;
  for (const statement of source.statements) {
    const name = statement.name && `${prefix}.${statement.name.text}`;
    const description = comment(statement);
    if (ts.isInterfaceDeclaration(statement)) {
      definitions[name] = { ...(description && { description }), type: 'object' };
      if (ANY.has(name)) definitions[name]['x-kubernetes-preserve-unknown-fields'] = true;
      else addMembers(Object.assign(definitions[name], { properties: {} }), name, statement.members, resolve);
    } else if (ts.isTypeAliasDeclaration(statement) && statement.name.text === 'Quantity') {
      definitions[name] = { ...(description && { description }), oneOf: [{ type: 'string' }, { type: 'number' }], format: 'quantity' };
    }
  }
}

// What libs/objects adds: `X = core.X & { .. }` and `X = Omit<core.X, ..> & { .. }` (what is declared narrower there stays as it is), and interfaces.
const MODULES = { core: FILES['core/v1'], meta: FILES['meta/v1'] };
const own = parse('libs/objects/types.ts');
const resolveOwn = (type) => {
  const parts = type.typeName.getText().split('.');
  return `${parts.length === 2 ? MODULES[parts[0]] : FILES['core/v1']}.${parts.at(-1)}`;
};
const baseOf = (type) => {
  if (!ts.isTypeReferenceNode(type)) return undefined;
  if (type.typeName.getText() === 'Omit') return baseOf(type.typeArguments[0]);
  return ts.isQualifiedName(type.typeName) ? resolveOwn(type) : undefined;
};
const OWN_INTERFACES = new Set(['ContainerRestartRule']);
for (const statement of own.statements) {
  if (ts.isInterfaceDeclaration(statement) && OWN_INTERFACES.has(statement.name.text)) {
    const name = `${FILES['core/v1']}.${statement.name.text}`;
    definitions[name] = { type: 'object', properties: {} };
    addMembers(definitions[name], name, statement.members, resolveOwn);
  }
  if (!ts.isTypeAliasDeclaration(statement) || !ts.isIntersectionTypeNode(statement.type)) continue;
  const target = statement.type.types.map(baseOf).find((name) => name?.endsWith(`.${statement.name.text}`));
  if (!definitions[target]?.properties) continue;
  for (const literal of statement.type.types.filter(ts.isTypeLiteralNode)) addMembers(definitions[target], target, literal.members, resolveOwn);
}

for (const [name, definition] of Object.entries(definitions)) {
  const text = JSON.stringify(definition);
  for (const [, target] of text.matchAll(/#\/components\/schemas\/([^"]+)/g))
    if (!definitions[target]) throw new Error(`${name} refers to ${target}, which is not declared`);
}
mkdirSync(OUTPUT, { recursive: true });
writeFileSync(join(OUTPUT, 'definitions.json'), JSON.stringify(definitions));
