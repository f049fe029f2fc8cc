/** What a request's query says. Unknown parameters are ignored, as Kubernetes does. */
import { badRequest } from '../errors/status.js';
import type { IncludeObject } from '../table/table.js';
import type { DeleteRequest, ListOptions, WriteOptions } from '../types.js';

const MAX_MANAGER = 128;

/** @throws ApiError 400 */
export function listOptions(query: URLSearchParams): ListOptions {
  return defined({
    labelSelector: text(query, 'labelSelector'),
    fieldSelector: text(query, 'fieldSelector'),
    continue: text(query, 'continue'),
    resourceVersion: text(query, 'resourceVersion'),
    resourceVersionMatch: text(query, 'resourceVersionMatch'),
    limit: number(query, 'limit') || undefined,
  });
}

export interface WatchQuery {
  after: string | undefined;
  bookmarks: boolean;
  initialEvents: boolean;
  /** Seconds after which the server ends the watch. */
  timeoutSeconds: number | undefined;
}

export const isWatch = (query: URLSearchParams): boolean => flag(query, 'watch');

/** @throws ApiError 400 */
export function watchQuery(query: URLSearchParams): WatchQuery {
  return {
    after: text(query, 'resourceVersion'),
    bookmarks: flag(query, 'allowWatchBookmarks'),
    initialEvents: flag(query, 'sendInitialEvents'),
    timeoutSeconds: number(query, 'timeoutSeconds') || undefined,
  };
}

/** Who asks, and what: see WriteOptions. */
export type Asked = Pick<WriteOptions, 'cause' | 'userAgent'>;

/** @throws ApiError 400 */
export function writeOptions(query: URLSearchParams, { cause, userAgent }: Asked): WriteOptions & { force?: boolean } {
  const fieldValidation = text(query, 'fieldValidation');
  const fieldManager = text(query, 'fieldManager');
  if (fieldValidation !== undefined && !isValidation(fieldValidation)) {
    throw badRequest(`fieldValidation: Unsupported value: ${JSON.stringify(fieldValidation)}: supported values: "Ignore", "Strict", "Warn"`);
  }
  if (fieldManager !== undefined && fieldManager.length > MAX_MANAGER)
    throw badRequest(`fieldManager: Too long: may not be more than ${MAX_MANAGER} bytes`);
  const dryRun = query.getAll('dryRun').filter(Boolean);
  for (const value of dryRun) if (value !== 'All') throw badRequest(`dryRun: Unsupported value: ${JSON.stringify(value)}: supported values: "All"`);
  return {
    cause: fieldManager === undefined ? cause : `${cause} (${fieldManager})`,
    dryRun: dryRun.length > 0,
    ...defined({ userAgent, fieldManager, fieldValidation }),
    ...(flag(query, 'force') && { force: true }),
  };
}

/** @throws ApiError 400 */
export function deleteRequest(query: URLSearchParams, asked: Asked): DeleteRequest {
  return {
    ...writeOptions(query, asked),
    ...defined({ gracePeriodSeconds: number(query, 'gracePeriodSeconds'), propagationPolicy: text(query, 'propagationPolicy') }),
  };
}

/** @throws ApiError 400 */
export function includeObject(query: URLSearchParams): IncludeObject {
  const value = text(query, 'includeObject') ?? 'Metadata';
  if (value !== 'Metadata' && value !== 'Object' && value !== 'None')
    throw badRequest(`includeObject: Unsupported value: ${JSON.stringify(value)}: supported values: "Metadata", "None", "Object"`);
  return value;
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };
const defined = <T extends object>(values: T): Defined<T> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Defined<T>;
const text = (query: URLSearchParams, name: string): string | undefined => query.get(name) || undefined;
const flag = (query: URLSearchParams, name: string): boolean => ['true', '1'].includes(query.get(name)?.toLowerCase() ?? '');
const isValidation = (value: string): value is NonNullable<WriteOptions['fieldValidation']> => ['Strict', 'Warn', 'Ignore'].includes(value);

function number(query: URLSearchParams, name: string): number | undefined {
  const value = text(query, name);
  if (value === undefined) return undefined;
  if (!/^-?\d+$/.test(value)) throw badRequest(`${name}: Invalid value: ${JSON.stringify(value)}: must be a whole number`);
  return Number(value);
}
