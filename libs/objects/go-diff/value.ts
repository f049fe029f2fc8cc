/** Values as go-cmp writes them on one line. */
import { fieldsOf, OF_SPEC, SECOND_NAMES } from './types.js';
import type { GoField } from './types.js';

type Fields = Readonly<Record<string, unknown>>;

/** As many items of a list are shown where nothing has changed. */
const MOST_ITEMS = 4;

export const isStruct = (type: string): boolean => type.startsWith('core.') && type !== 'core.ResourceList';
export const isMap = (type: string): boolean => type === 'map' || type === 'core.ResourceList';
const isPointer = (type: string): boolean => type.startsWith('*');
const isNone = (value: unknown): value is null | undefined => value === undefined || value === null;

/** What pointers, lists and maps are that are not there. */
export const isNil = (type: string, value: unknown): boolean => isNone(value) && (isPointer(type) || type.startsWith('[]') || isMap(type));

/** A field's value. Fields of an embedded struct are those that no other field of the same JSON object has. */
export function valueOf(type: string, struct: unknown, field: GoField): unknown {
  const value = (struct ?? {}) as Fields;
  if (field.json !== '') return type === 'core.PodSpec' && field.json === 'securityContext' ? podSecurityContext(value) : value[field.json];
  const others = new Set(fieldsOf(type).map(({ json }) => json));
  return Object.fromEntries(Object.entries(value).filter(([name]) => !others.has(name)));
}

function podSecurityContext(spec: Fields): unknown {
  const own = Object.fromEntries(OF_SPEC.flatMap((name) => (spec[name] === undefined ? [] : [[name, spec[name]]])));
  const context = spec['securityContext'] as Fields | undefined;
  return context === undefined && Object.keys(own).length === 0 ? undefined : { ...own, ...context };
}

/** The spec as the API server compares it: without its second names, and lists that are empty are not there. */
export const comparable = (spec: object): object =>
  JSON.parse(JSON.stringify(spec, (name, value: unknown) => (SECOND_NAMES.includes(name) || (Array.isArray(value) && value.length === 0) ? undefined : value))) as object;

/** `changed`: stands on one side alone, and so says its type, and all of it. */
export function goText(type: string, value: unknown, changed: boolean): string {
  if (isPointer(type)) return isNone(value) ? 'nil' : `&${goText(type.slice(1), value, changed)}`;
  if (isNil(type, value)) return 'nil';
  if (type === 'quantity') return quantityText(String(value), changed);
  const named = changed ? goName(type) : '';
  if (type.startsWith('[]')) return `${named}{${listText(type.slice(2), value as unknown[], changed)}}`;
  if (isMap(type)) return `${named}{${mapText(type, value as Fields, changed)}}`;
  if (isStruct(type)) return `${named}{${structText(type, value as Fields)}}`;
  if (typeof value === 'object' && value !== null) return JSON.stringify(value);
  return isNone(value) ? ({ int: '0', int64: '0', bool: 'false' }[type] ?? '""') : JSON.stringify(value);
}

export const goName = (type: string): string => type.replace(/^\*/, '&').replace(/^map$/, 'map[string]string');

function listText(type: string, items: unknown[], changed: boolean): string {
  const shown = changed ? items : items.slice(0, MOST_ITEMS);
  return [...shown.map((item) => goText(type, item, false)), ...(shown.length < items.length ? ['...'] : [])].join(', ');
}

const mapText = (type: string, map: Fields, changed: boolean): string =>
  Object.keys(map)
    .sort()
    .map((key) => `${mapKey(type, key)}: ${goText(entryType(type), map[key], changed)}`)
    .join(', ');

/** Names of resources say how they are written. */
export const mapKey = (type: string, key: string): string => `${type === 'map' ? '' : 's'}${JSON.stringify(key)}`;
export const entryType = (type: string): string => (type === 'map' ? 'string' : 'quantity');

/** Without the fields that are as if they were not there. */
const structText = (type: string, value: Fields): string =>
  fieldsOf(type, value)
    .map((field) => ({ field, own: valueOf(type, value, field) }))
    .filter(({ own }) => !isNone(own) && own !== '' && own !== 0 && own !== false && !(typeof own === 'object' && !Array.isArray(own) && Object.keys(own).length === 0 && type !== 'core.VolumeSource'))
    .map(({ field, own }) => `${field.name}: ${goText(field.type, own, false)}`)
    .join(', ');

const SCALES: Record<string, number> = { n: -9, u: -6, m: -3, '': 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };
const POWERS = ['Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];

function quantityText(text: string, changed: boolean): string {
  const [, number = '', suffix = ''] = /^([+-]?[\d.]+)(.*)$/.exec(text) ?? [];
  const power = POWERS.indexOf(suffix) + 1;
  const scale = SCALES[suffix] ?? 0;
  const value = power > 0 ? Number(number) * 1024 ** power : Number(number);
  const amount = changed ? `resource.int64Amount{value: ${value}${scale !== 0 ? `, scale: ${scale}` : ''}}` : '{...}';
  return `{i: ${amount}, s: ${JSON.stringify(text)}, Format: "${power > 0 ? 'BinarySI' : 'DecimalSI'}"}`;
}
