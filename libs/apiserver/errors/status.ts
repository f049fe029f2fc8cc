/** The Status of every failure, worded as apimachinery's pkg/api/errors words it. */
import { ApiError } from '../types.js';
import type { KindInfo, Status } from '../types.js';

/** metav1.StatusCause. FieldCause of #objects is one. */
export interface StatusCause {
  reason: string;
  message: string;
  field: string;
}

const failure = (code: number, reason: string, message: string, details?: Status['details']): ApiError =>
  new ApiError({ apiVersion: 'v1', kind: 'Status', metadata: {}, status: 'Failure', message, reason, ...(details && { details }), code });

/** `pods`, or `endpointslices.discovery.k8s.io`. */
export const qualifiedResource = (kind: KindInfo): string => (kind.group ? `${kind.resource}.${kind.group}` : kind.resource);
const qualifiedKind = (kind: KindInfo): string => (kind.group ? `${kind.kind}.${kind.group}` : kind.kind);
const about = (kind: KindInfo, name: string) => ({ name, ...(kind.group && { group: kind.group }), kind: kind.resource });

export const notFound = (kind: KindInfo, name: string): ApiError =>
  failure(404, 'NotFound', `${qualifiedResource(kind)} "${name}" not found`, about(kind, name));

/** For a path that names no resource at all. */
export const unknownPath = (): ApiError => failure(404, 'NotFound', 'the server could not find the requested resource');

export const alreadyExists = (kind: KindInfo, name: string): ApiError =>
  failure(409, 'AlreadyExists', `${qualifiedResource(kind)} "${name}" already exists`, about(kind, name));

export const generateNameConflict = (kind: KindInfo, name: string): ApiError =>
  failure(
    409,
    'AlreadyExists',
    `${qualifiedResource(kind)} "${name}" already exists, the server was not able to generate a unique name for the object`,
    {
      ...about(kind, name),
      retryAfterSeconds: 1,
    },
  );

export const MODIFIED = 'the object has been modified; please apply your changes to the latest version and try again';

export const conflict = (kind: KindInfo, name: string, why: string = MODIFIED): ApiError =>
  failure(409, 'Conflict', `Operation cannot be fulfilled on ${qualifiedResource(kind)} "${name}": ${why}`, about(kind, name));

/** Server-side apply: fields that other managers own. */
export const applyConflict = (message: string, causes: StatusCause[]): ApiError => failure(409, 'Conflict', message, { causes });

export function invalid(kind: KindInfo, name: string, causes: StatusCause[]): ApiError {
  // Each once, as in Go's aggregates; the causes below stand as they are.
  const texts = [...new Set(causes.map((cause) => (cause.field ? `${cause.field}: ${cause.message}` : cause.message)))];
  const list = texts.length === 1 ? texts[0] : `[${texts.join(', ')}]`;
  return failure(422, 'Invalid', `${qualifiedKind(kind)} "${name}" is invalid: ${list}`, {
    name,
    ...(kind.group && { group: kind.group }),
    kind: kind.kind,
    causes,
  });
}

export const badRequest = (message: string): ApiError => failure(400, 'BadRequest', message);

export const forbidden = (kind: KindInfo, name: string, why: string, causes?: StatusCause[]): ApiError =>
  failure(403, 'Forbidden', `${qualifiedResource(kind)} "${name}" is forbidden: ${why}`, { ...about(kind, name), ...(causes && { causes }) });

/** Not about an object: the request as such is refused. */
export const refused = (message: string): ApiError => failure(403, 'Forbidden', message);

export const methodNotAllowed = (kind: KindInfo, action: string): ApiError =>
  failure(405, 'MethodNotAllowed', `${action} is not supported on resources of kind "${qualifiedResource(kind)}"`, {
    ...(kind.group && { group: kind.group }),
    kind: kind.resource,
  });

export const wrongMethod = (): ApiError => failure(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource');

export const notAcceptable = (accepted: string[]): ApiError =>
  failure(406, 'NotAcceptable', `only the following media types are accepted: ${accepted.join(', ')}`);

export const unsupportedMediaType = (accepted: string[]): ApiError =>
  failure(415, 'UnsupportedMediaType', `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`);

export const tooLarge = (limit: number): ApiError => failure(413, 'RequestEntityTooLarge', `Request entity too large: limit is ${limit}`);

export const expired = (
  message = 'The provided continue parameter is too old to display a consistent list result or the resourceVersion is too old',
): ApiError => failure(410, 'Expired', message);

export const futureVersion = (): ApiError =>
  failure(504, 'Timeout', 'Too large resource version', {
    causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version', field: '' }],
    retryAfterSeconds: 1,
  });

export const timedOut = (message: string): ApiError => failure(504, 'Timeout', `Timeout: ${message}`);

export const unavailable = (message: string): ApiError => failure(503, 'ServiceUnavailable', message, { retryAfterSeconds: 1 });

export const internal = (message: string): ApiError =>
  failure(500, 'InternalError', `Internal error occurred: ${message}`, { causes: [{ reason: '', message, field: '' }] });

/** What the DELETE of an object answers whose kind does not answer with the object itself. */
export const deleted = (kind: KindInfo, name: string, uid: string): Status => ({
  apiVersion: 'v1',
  kind: 'Status',
  metadata: {},
  status: 'Success',
  details: { name, ...(kind.group && { group: kind.group }), kind: kind.resource, uid },
  code: 200,
});

/** A JSON patch that cannot be applied to the object as it is: a failed test, a path that is not there. */
export const patchFailed = (why: string): ApiError =>
  failure(422, 'Invalid', `the server rejected our request due to an error in our request: ${why}`);
