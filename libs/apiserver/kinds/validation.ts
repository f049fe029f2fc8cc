/** Checks that all kinds share. Source: apimachinery's pkg/api/validation and pkg/util/validation. */
import type { KubeObject } from '#objects';
import type { FieldCause } from '../errors/status.js';

export const required = (field: string, why = ''): FieldCause => ({ reason: 'FieldValueRequired', message: `Required value${why && `: ${why}`}`, field });
export const invalidValue = (field: string, value: unknown, why: string): FieldCause => ({
  reason: 'FieldValueInvalid',
  message: `Invalid value: ${JSON.stringify(value) ?? 'null'}: ${why}`,
  field,
});
export const unsupportedValue = (field: string, value: unknown, supported: string[]): FieldCause => ({
  reason: 'FieldValueNotSupported',
  message: `Unsupported value: ${JSON.stringify(value)}: supported values: ${supported.map((text) => `"${text}"`).join(', ')}`,
  field,
});
export const forbiddenField = (field: string, why: string): FieldCause => ({ reason: 'FieldValueForbidden', message: `Forbidden: ${why}`, field });
export const duplicate = (field: string, value: unknown): FieldCause => ({ reason: 'FieldValueDuplicate', message: `Duplicate value: ${JSON.stringify(value)}`, field });

const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const DNS_LABEL = new RegExp(`^${LABEL}$`);
const DNS_1035 = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;
const DNS_SUBDOMAIN = new RegExp(`^${LABEL}(\\.${LABEL})*$`);
const QUALIFIED = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;
const LABEL_VALUE = /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/;

const DNS_LABEL_RULE =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const DNS_1035_RULE =
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";
const DNS_SUBDOMAIN_RULE =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const QUALIFIED_RULE =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const LABEL_VALUE_RULE =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

export type NameForm = 'subdomain' | 'label' | 'dns1035';
const FORMS: Record<NameForm, { pattern: RegExp; rule: string; max: number }> = {
  subdomain: { pattern: DNS_SUBDOMAIN, rule: DNS_SUBDOMAIN_RULE, max: 253 },
  label: { pattern: DNS_LABEL, rule: DNS_LABEL_RULE, max: 63 },
  dns1035: { pattern: DNS_1035, rule: DNS_1035_RULE, max: 63 },
};

/** metadata.name in the form that its kind wants. */
export function nameCauses(object: KubeObject, form: NameForm): FieldCause[] {
  const name = object.metadata.name ?? '';
  const { pattern, rule, max } = FORMS[form];
  if (name === '') return [required('metadata.name', 'name or generateName is required')];
  const causes: FieldCause[] = [];
  if (name.length > max) causes.push(invalidValue('metadata.name', name, `must be no more than ${max} characters`));
  if (!pattern.test(name)) causes.push(invalidValue('metadata.name', name, rule));
  return causes;
}

const TOTAL_ANNOTATIONS_LIMIT = 256 * 1024;

/** Labels, annotations, finalizers, ownerReferences: the same for every kind. */
export function metadataCauses(object: KubeObject): FieldCause[] {
  const { labels, annotations, finalizers, ownerReferences } = object.metadata;
  const causes: FieldCause[] = [];
  for (const [key, value] of Object.entries(labels ?? {})) {
    causes.push(...qualifiedNameCauses(key, 'metadata.labels'));
    if (value.length > 63) causes.push(invalidValue('metadata.labels', value, 'must be no more than 63 characters'));
    if (!LABEL_VALUE.test(value)) causes.push(invalidValue('metadata.labels', value, LABEL_VALUE_RULE));
  }
  let total = 0;
  for (const [key, value] of Object.entries(annotations ?? {})) {
    causes.push(...qualifiedNameCauses(key.toLowerCase(), 'metadata.annotations', key));
    total += key.length + Buffer.byteLength(value);
  }
  if (total > TOTAL_ANNOTATIONS_LIMIT) {
    causes.push({ reason: 'FieldValueTooLong', message: `Too long: may not be more than ${TOTAL_ANNOTATIONS_LIMIT} bytes`, field: 'metadata.annotations' });
  }
  finalizers?.forEach((finalizer, index) => {
    causes.push(...qualifiedNameCauses(finalizer, `metadata.finalizers[${index}]`));
  });
  ownerReferences?.forEach((owner, index) => {
    for (const field of ['apiVersion', 'kind', 'name', 'uid'] as const) {
      if (!owner[field]) causes.push(invalidValue(`metadata.ownerReferences[${index}].${field}`, owner[field] ?? '', 'must not be empty'));
    }
  });
  return causes;
}

/** `name` or `prefix/name`. */
export function qualifiedNameCauses(key: string, field: string, shown = key): FieldCause[] {
  const parts = key.split('/');
  const name = parts.at(-1) ?? '';
  if (parts.length > 2) return [invalidValue(field, shown, `a qualified name ${QUALIFIED_RULE.slice('name part '.length)} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`)];
  const causes: FieldCause[] = [];
  if (parts.length === 2 && !DNS_SUBDOMAIN.test(parts[0] ?? '')) causes.push(invalidValue(field, shown, `prefix part ${DNS_SUBDOMAIN_RULE}`));
  if (name === '') causes.push(invalidValue(field, shown, 'name part must be non-empty'));
  else if (name.length > 63) causes.push(invalidValue(field, shown, 'name part must be no more than 63 characters'));
  if (!QUALIFIED.test(name)) causes.push(invalidValue(field, shown, QUALIFIED_RULE));
  return causes;
}
