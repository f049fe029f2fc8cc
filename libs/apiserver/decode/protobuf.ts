/** Kubernetes' protobuf form of objects, as far as clients send it: a magic number, an envelope with the type, the message. */
import { readFileSync } from 'node:fs';
import protobuf from 'protobufjs';
import { badRequest } from '../errors/status.js';

export const PROTOBUF = 'application/vnd.kubernetes.protobuf';
const MAGIC = Buffer.from('k8s\0');

/** Numbers that Go writes although they are not set, and that JSON leaves out. */
const ZERO_IS_ABSENT = new Set(['nodePort', 'healthCheckNodePort', 'generation']);

let loaded: protobuf.Root | undefined;
function messages(): protobuf.Root {
  loaded ??= protobuf.parse(readFileSync(new URL('./kubernetes.proto', import.meta.url), 'utf8'), { keepCase: true }).root;
  return loaded;
}

/** The object as its JSON form has it. @throws ApiError 400 */
export function decodeProtobuf(bytes: Uint8Array): Record<string, unknown> {
  const body = Buffer.from(bytes);
  if (!body.subarray(0, MAGIC.length).equals(MAGIC))
    throw badRequest('the body is not in Kubernetes\' protobuf form: it does not begin with "k8s\\x00"');
  const envelope = read('Unknown', body.subarray(MAGIC.length)) as { typeMeta?: { apiVersion?: string; kind?: string }; raw?: string };
  const { apiVersion = '', kind = '' } = envelope.typeMeta ?? {};
  const type = kind === '' ? undefined : messages().lookup(`k8s.${kind}`);
  if (!(type instanceof protobuf.Type))
    throw badRequest(`${kind || 'an object without a kind'} in version "${apiVersion}" cannot be read as protobuf here: send JSON`);
  return { apiVersion, kind, ...read(kind, Buffer.from(envelope.raw ?? '', 'base64')) };
}

function read(name: string, bytes: Uint8Array): Record<string, unknown> {
  const type = messages().lookupType(`k8s.${name}`);
  try {
    return plain(type, type.decode(bytes) as unknown as Record<string, unknown>);
  } catch (error) {
    throw badRequest(`the body is not in Kubernetes' protobuf form: ${(error as Error).message}`);
  }
}

function plain(type: protobuf.Type, message: Record<string, unknown>): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const field of type.fieldsArray) {
    if (!Object.hasOwn(message, field.name)) continue;
    field.resolve();
    const raw = message[field.name];
    const value = field.map
      ? plainMap(field, raw as Record<string, unknown>)
      : field.repeated
        ? plainList(field, raw as unknown[])
        : single(field, raw);
    if (value !== undefined) result[field.name] = value;
  }
  return result;
}

/** undefined for what Go writes when nothing is set. */
function single(field: protobuf.Field, value: unknown): unknown {
  if (value === '') return undefined;
  const converted = item(field, value);
  return converted === 0 && ZERO_IS_ABSENT.has(field.name) ? undefined : converted;
}

function plainList(field: protobuf.Field, values: unknown[]): unknown[] | undefined {
  return values.length === 0 ? undefined : values.map((value) => item(field, value));
}

function plainMap(field: protobuf.Field, map: Record<string, unknown>): Record<string, unknown> | undefined {
  const entries = Object.entries(map);
  return entries.length === 0 ? undefined : Object.fromEntries(entries.map(([key, value]) => [key, item(field, value)]));
}

function item(field: protobuf.Field, value: unknown): unknown {
  if (field.type === 'bytes') return Buffer.from(value as Uint8Array).toString('base64');
  if (field.type === 'int64') return Number(value);
  if (!(field.resolvedType instanceof protobuf.Type)) return value;
  const message = plain(field.resolvedType, value as Record<string, unknown>);
  if (field.resolvedType.name === 'Time')
    return message['seconds'] ? `${new Date(Number(message['seconds']) * 1000).toISOString().slice(0, 19)}Z` : undefined;
  if (field.resolvedType.name === 'Quantity') return message['string'] ?? '0';
  if (field.resolvedType.name === 'IntOrString') return message['type'] === 1 ? (message['strVal'] ?? '') : (message['intVal'] ?? 0);
  return message;
}
