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
      if (data && key in data) found.push(causes.invalid(`binaryData.${key}`, key, 'duplicate of key present in data'));
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
    if (base64Bytes(data) > MAX_BYTES) found.push(causes.tooLong('', MAX_BYTES));
    for (const key of REQUIRED_KEYS[object['type'] as string] ?? []) {
      if (!data || !(key in data)) found.push(causes.required(`data[${key}]`));
    }
    return found;
  },
  validateUpdate(next, current) {
    const found = immutableCauses(next, current, ['data']);
    if (next['type'] !== current['type']) found.push(causes.invalid('type', next['type'], 'field is immutable'));
    return found;
  },
};

/** Source: validateSecret in pkg/apis/core/validation/validation.go. */
const REQUIRED_KEYS: Record<string, string[]> = {
  'kubernetes.io/dockercfg': ['.dockercfg'],
  'kubernetes.io/dockerconfigjson': ['.dockerconfigjson'],
  'kubernetes.io/ssh-auth': ['ssh-privatekey'],
  'kubernetes.io/tls': ['tls.crt', 'tls.key'],
};

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
