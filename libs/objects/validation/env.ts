/** Source: ValidateEnv, ValidateEnvFrom in pkg/apis/core/validation. */
import { canonicalQuantity, isQuantity } from '../quantity.js';
import type { Container } from '../types.js';
import type { FieldCause } from './causes.js';
import { invalid, notSupported, required } from './causes.js';
import { configKeyFaults, dnsSubdomainFaults, envNameFaults, qualifiedNameFaults } from './names.js';

const FIELD_PATHS = [
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'spec.nodeName',
  'spec.serviceAccountName',
  'status.hostIP',
  'status.hostIPs',
  'status.podIP',
  'status.podIPs',
];
const RESOURCE_FIELDS = ['limits.cpu', 'limits.ephemeral-storage', 'limits.memory', 'requests.cpu', 'requests.ephemeral-storage', 'requests.memory'];

type Source = NonNullable<NonNullable<Container['env']>[number]['valueFrom']>;

export function envCauses({ env = [], envFrom = [] }: Container, path: string): FieldCause[] {
  const causes: FieldCause[] = [];
  for (const [index, variable] of env.entries()) {
    const at = `${path}.env[${index}]`;
    if (!variable.name) causes.push(required(`${at}.name`));
    else causes.push(...envNameFaults(variable.name).map((why) => invalid(`${at}.name`, variable.name, why)));
    if (variable.valueFrom) causes.push(...valueFromCauses(variable.valueFrom, variable.value, `${at}.valueFrom`));
  }
  for (const [index, source] of envFrom.entries()) {
    const at = `${path}.envFrom[${index}]`;
    const { prefix, configMapRef, secretRef } = source;
    if (prefix) causes.push(...envNameFaults(prefix).map((why) => invalid(`${at}.prefix`, prefix, why)));
    if (configMapRef && secretRef) causes.push(invalid(at, '', 'may not have more than one field specified at a time'));
    else if (!configMapRef && !secretRef) causes.push(invalid(at, '', 'must specify one of: `configMapRef` or `secretRef`'));
    if (configMapRef) causes.push(...nameCauses(configMapRef.name, `${at}.configMapRef.name`));
    if (secretRef) causes.push(...nameCauses(secretRef.name, `${at}.secretRef.name`));
  }
  return causes;
}

function valueFromCauses(from: Source, value: string | undefined, at: string): FieldCause[] {
  const causes: FieldCause[] = [];
  const given = (['fieldRef', 'resourceFieldRef', 'configMapKeyRef', 'secretKeyRef'] as const).filter((name) => from[name]);
  if (given.length === 0) causes.push(invalid(at, '', 'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`'));
  if (given.length > 0 && value) causes.push(invalid(at, '', 'may not be specified when `value` is not empty'));
  else if (given.length > 1) causes.push(invalid(at, '', 'may not have more than one field specified at a time'));
  if (from.fieldRef) causes.push(...fieldPathCauses(from.fieldRef.fieldPath, FIELD_PATHS, `${at}.fieldRef.fieldPath`));
  if (from.resourceFieldRef) {
    causes.push(...resourceFieldCauses(from.resourceFieldRef.resource, `${at}.resourceFieldRef.resource`));
    causes.push(...divisorCauses(from.resourceFieldRef, `${at}.resourceFieldRef`));
  }
  for (const name of ['configMapKeyRef', 'secretKeyRef'] as const) {
    const reference = from[name];
    if (!reference) continue;
    causes.push(...dnsSubdomainFaults(reference.name ?? '').map((why) => invalid(`${at}.${name}.name`, reference.name ?? '', why)));
    if (!reference.key) causes.push(required(`${at}.${name}.key`));
    else causes.push(...configKeyFaults(reference.key).map((why) => invalid(`${at}.${name}.key`, reference.key, why)));
  }
  return causes;
}

/** `supported`: the plain paths; labels and annotations may always be asked for by key. */
export function fieldPathCauses(path: string | undefined, supported: readonly string[], at: string): FieldCause[] {
  if (!path) return [required(at)];
  const subscript = /^metadata\.(labels|annotations)\['(.*)'\]$/.exec(path);
  if (subscript) return qualifiedNameFaults(subscript[1] === 'annotations' ? subscript[2]!.toLowerCase() : subscript[2]!).map((why) => invalid(at, path, why));
  if (supported.includes(path)) return [];
  return /^(metadata|spec|status)\./.test(path) ? [notSupported(at, path, supported)] : [invalid(at, path, 'error converting fieldPath: field label not supported: ' + path)];
}

export function resourceFieldCauses(resource: string | undefined, at: string): FieldCause[] {
  if (!resource) return [required(at)];
  return RESOURCE_FIELDS.includes(resource) || /^(limits|requests)\.hugepages-/.test(resource) ? [] : [notSupported(at, resource, RESOURCE_FIELDS)];
}

const UNITS = ['1', ...['k', 'M', 'G', 'T', 'P', 'E', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'].map((unit) => `1${unit}`)];

/** In what unit a resource is told. */
export function divisorCauses({ resource, divisor = '0' }: { resource?: string; divisor?: string }, at: string): FieldCause[] {
  const name = (resource ?? '').replace(/^(limits|requests)\./, '');
  const text = isQuantity(divisor) ? canonicalQuantity(divisor) : divisor;
  if (text === '0' || name === resource) return [];
  const wrong = (units: string[], what: string) =>
    units.includes(text) ? [] : [invalid(`${at}.divisor`, resource, `only divisor's values ${units.join(units.length === 2 ? ' and ' : ', ')} are supported with the ${what} resource`)];
  if (name === 'cpu') return wrong(['1m', '1'], 'cpu');
  if (name === 'memory') return wrong(UNITS, 'memory');
  if (name === 'ephemeral-storage') return wrong(UNITS, 'local ephemeral storage');
  return name.startsWith('hugepages-') ? wrong(UNITS, 'hugepages') : [];
}

function nameCauses(name: string | undefined, at: string): FieldCause[] {
  return name ? dnsSubdomainFaults(name).map((why) => invalid(at, name, why)) : [required(at)];
}
