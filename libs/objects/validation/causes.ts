/** What is wrong with a field, as metav1.StatusCause. Source: k8s.io/apimachinery/pkg/util/validation/field/errors.go. */
export interface FieldCause {
  reason:
    | 'FieldValueRequired'
    | 'FieldValueInvalid'
    | 'FieldValueDuplicate'
    | 'FieldValueNotSupported'
    | 'FieldValueForbidden'
    | 'FieldValueTooLong'
    | 'FieldValueTooMany'
    | 'FieldValueNotFound'
    | 'FieldValueTypeInvalid';
  message: string;
  /** As in `spec.containers[0].image`. */
  field: string;
}

const shown = (value: unknown): string => JSON.stringify(value) ?? 'null';

export const required = (field: string, why = ''): FieldCause => ({ reason: 'FieldValueRequired', message: `Required value${why && `: ${why}`}`, field });

export const invalid = (field: string, value: unknown, why: string): FieldCause => ({
  reason: 'FieldValueInvalid',
  message: `Invalid value: ${shown(value)}${why && `: ${why}`}`,
  field,
});

export const duplicate = (field: string, value: unknown): FieldCause => ({ reason: 'FieldValueDuplicate', message: `Duplicate value: ${shown(value)}`, field });

export const notSupported = (field: string, value: unknown, supported: readonly string[]): FieldCause => ({
  reason: 'FieldValueNotSupported',
  message: `Unsupported value: ${shown(value)}: supported values: ${supported.map((one) => JSON.stringify(one)).join(', ')}`,
  field,
});

export const forbidden = (field: string, why: string): FieldCause => ({ reason: 'FieldValueForbidden', message: `Forbidden: ${why}`, field });

export const notFound = (field: string, value: unknown): FieldCause => ({ reason: 'FieldValueNotFound', message: `Not found: ${shown(value)}`, field });

export const tooLong = (field: string, bytes: number): FieldCause => ({
  reason: 'FieldValueTooLong',
  message: `Too long: may not be more than ${bytes} bytes`,
  field,
});

export const tooMany = (field: string, count: number, most: number): FieldCause => ({
  reason: 'FieldValueTooMany',
  message: `Too many: ${count}: must have at most ${most} items`,
  field,
});

/** A value that must be one of a few: required when it is empty, not supported when it is another. */
export function oneOf(field: string, value: string | undefined, supported: readonly string[]): FieldCause[] {
  if (!value) return [required(field)];
  return supported.includes(value) ? [] : [notSupported(field, value, supported)];
}
