import { causes, configKeyFaults } from '#objects';
import type { FieldCause, KubeObject } from '#objects';
import type { KindRow } from './row.js';
import { nameCauses } from './validation.js';

/** Source: pkg/apis/core/validation: ConfigMap and Secret hold at most 1 MiB. */
const MAX_BYTES = 1024 * 1024;

const core = {
  group: '',
  version: 'v1',
  namespaced: true,
  subresources: [],
  categories: [],
  hasStatus: false,
  hasGeneration: false,
  returnsDeleted: false,
};

type Data = Record<string, string> | undefined;

export const configMap: KindRow = {
  ...core,
  kind: 'ConfigMap',
  resource: 'configmaps',
  singular: 'configmap',
  shortNames: ['cm'],
  definition: 'io.k8s.api.core.v1.ConfigMap',
  validate(object) {
    const data = object['data'] as Data;
    const binary = object['binaryData'] as Data;
    const found = [...nameCauses(object, 'subdomain'), ...keyCauses(data, 'data'), ...keyCauses(binary, 'binaryData')];
    for (const key of Object.keys(binary ?? {})) {
      if (data && key in data) found.push(causes.invalid(`data[${key}]`, key, 'duplicate of key present in binaryData'));
    }
    if (textBytes(data) + base64Bytes(binary) > MAX_BYTES) found.push(causes.tooLong('', MAX_BYTES));
    return found;
  },
  validateUpdate: (next, current) => immutableCauses(next, current, ['data', 'binaryData']),
};

export const secret: KindRow = {
  ...core,
  kind: 'Secret',
  resource: 'secrets',
  singular: 'secret',
  shortNames: [],
  definition: 'io.k8s.api.core.v1.Secret',
  defaults(object) {
    object['type'] ||= 'Opaque';
    const text = object['stringData'] as Data;
    if (text) {
      const encoded = Object.fromEntries(Object.entries(text).map(([key, value]) => [key, Buffer.from(value, 'utf8').toString('base64')]));
      object['data'] = { ...(object['data'] as Data), ...encoded };
      delete object['stringData'];
    }
  },
  validate(object) {
    const data = object['data'] as Data;
    const found = [...nameCauses(object, 'subdomain'), ...keyCauses(data, 'data')];
    if (base64Bytes(data) > MAX_BYTES) found.push(causes.tooLong('data', MAX_BYTES));
    return [...found, ...typeCauses(object, data ?? {})];
  },
  validateUpdate(next, current) {
    const found = immutableCauses(next, current, ['data']);
    if (next['type'] !== current['type']) found.push(causes.invalid('type', next['type'], 'field is immutable'));
    return found;
  },
};

/** What each type of Secret must hold. Source: ValidateSecret. */
function typeCauses(object: KubeObject, data: Record<string, string>): FieldCause[] {
  const missing = (...keys: string[]) => keys.filter((key) => !(key in data)).map((key) => causes.required(`data[${key}]`));
  switch (object['type']) {
    case 'kubernetes.io/service-account-token':
      return object.metadata.annotations?.['kubernetes.io/service-account.name'] ? [] : [causes.required('metadata.annotations[kubernetes.io/service-account.name]')];
    case 'kubernetes.io/dockercfg':
      return jsonCauses(data, '.dockercfg');
    case 'kubernetes.io/dockerconfigjson':
      return jsonCauses(data, '.dockerconfigjson');
    case 'kubernetes.io/basic-auth':
      return 'username' in data || 'password' in data ? [] : missing('username', 'password');
    case 'kubernetes.io/ssh-auth':
      return data['ssh-privatekey'] ? [] : [causes.required('data[ssh-privatekey]')];
    case 'kubernetes.io/tls':
      return missing('tls.crt', 'tls.key');
    default:
      return [];
  }
}

function jsonCauses(data: Record<string, string>, key: string): FieldCause[] {
  const encoded = data[key];
  if (encoded === undefined) return [causes.required(`data[${key}]`)];
  try {
    const value: unknown = JSON.parse(Buffer.from(encoded, 'base64').toString('utf8'));
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return [];
    return [causes.invalid(`data[${key}]`, '<secret contents redacted>', 'must be a JSON object')];
  } catch (error) {
    return [causes.invalid(`data[${key}]`, '<secret contents redacted>', (error as Error).message)];
  }
}

const keyCauses = (data: Data, field: string): FieldCause[] =>
  Object.keys(data ?? {}).flatMap((key) => configKeyFaults(key).map((why) => causes.invalid(`${field}[${key}]`, key, why)));

function immutableCauses(next: KubeObject, current: KubeObject, fields: string[]): FieldCause[] {
  if (current['immutable'] !== true) return [];
  const why = 'field is immutable when `immutable` is set';
  const found: FieldCause[] = [];
  if (next['immutable'] !== true) found.push(causes.forbidden('immutable', why));
  for (const field of fields) {
    if (!sameEntries(next[field] as Data, current[field] as Data)) found.push(causes.forbidden(field, why));
  }
  return found;
}

function sameEntries(a: Data = {}, b: Data = {}): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key]);
}

const textBytes = (data: Data): number => Object.values(data ?? {}).reduce((sum, value) => sum + Buffer.byteLength(value), 0);
const base64Bytes = (data: Data): number => Object.values(data ?? {}).reduce((sum, value) => sum + Math.floor((value.length * 3) / 4), 0);
