import type { KubeObject } from '#objects';
import type { FieldCause } from '../errors/status.js';
import type { KindRow } from './row.js';
import { invalidValue, nameCauses, required } from './validation.js';

/** Source: pkg/apis/core/validation: ConfigMap and Secret hold at most 1 MiB. */
const MAX_BYTES = 1024 * 1024;
const KEY = /^[-._a-zA-Z0-9]+$/;

const core = { group: '', version: 'v1', namespaced: true, subresources: [], categories: [], hasStatus: false, hasGeneration: false, returnsDeleted: false };

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
    const causes = [...nameCauses(object, 'subdomain'), ...keyCauses(data, 'data'), ...keyCauses(binary, 'binaryData')];
    for (const key of Object.keys(binary ?? {})) {
      if (data && key in data) causes.push(invalidValue(`binaryData.${key}`, key, 'duplicate of key present in data'));
    }
    if (textBytes(data) + base64Bytes(binary) > MAX_BYTES) causes.push(tooLong());
    return causes;
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
      const data = { ...(object['data'] as Data) };
      for (const [key, value] of Object.entries(text)) data[key] = Buffer.from(value, 'utf8').toString('base64');
      object['data'] = data;
      delete object['stringData'];
    }
  },
  validate(object) {
    const data = object['data'] as Data;
    const causes = [...nameCauses(object, 'subdomain'), ...keyCauses(data, 'data')];
    if (base64Bytes(data) > MAX_BYTES) causes.push(tooLong());
    for (const key of REQUIRED_KEYS[object['type'] as string] ?? []) {
      if (!data || !(key in data)) causes.push(required(`data[${key}]`));
    }
    return causes;
  },
  validateUpdate(next, current) {
    const causes = immutableCauses(next, current, ['data']);
    if (next['type'] !== current['type']) causes.push(invalidValue('type', next['type'], 'field is immutable'));
    return causes;
  },
};

/** Source: validateSecret in pkg/apis/core/validation/validation.go. */
const REQUIRED_KEYS: Record<string, string[]> = {
  'kubernetes.io/dockercfg': ['.dockercfg'],
  'kubernetes.io/dockerconfigjson': ['.dockerconfigjson'],
  'kubernetes.io/ssh-auth': ['ssh-privatekey'],
  'kubernetes.io/tls': ['tls.crt', 'tls.key'],
};

const tooLong = (): FieldCause => ({ reason: 'FieldValueTooLong', message: `Too long: may not be more than ${MAX_BYTES} bytes`, field: '' });

function keyCauses(data: Data, field: string): FieldCause[] {
  const causes: FieldCause[] = [];
  for (const key of Object.keys(data ?? {})) {
    if (key.length > 253) causes.push(invalidValue(`${field}[${key}]`, key, 'must be no more than 253 characters'));
    else if (!KEY.test(key) || key === '.' || key === '..' || key.startsWith('..')) {
      const rule = "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";
      causes.push(invalidValue(`${field}[${key}]`, key, rule));
    }
  }
  return causes;
}

function immutableCauses(next: KubeObject, current: KubeObject, fields: string[]): FieldCause[] {
  if (current['immutable'] !== true) return [];
  const why = 'field is immutable when `immutable` is set';
  const causes: FieldCause[] = [];
  if (next['immutable'] !== true) causes.push({ reason: 'FieldValueForbidden', message: `Forbidden: ${why}`, field: 'immutable' });
  for (const field of fields) {
    if (!sameEntries(next[field] as Data, current[field] as Data)) causes.push({ reason: 'FieldValueForbidden', message: `Forbidden: ${why}`, field });
  }
  return causes;
}

function sameEntries(a: Data = {}, b: Data = {}): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key]);
}

const textBytes = (data: Data): number => Object.values(data ?? {}).reduce((sum, value) => sum + Buffer.byteLength(value), 0);
const base64Bytes = (data: Data): number => Object.values(data ?? {}).reduce((sum, value) => sum + Math.floor((value.length * 3) / 4), 0);
