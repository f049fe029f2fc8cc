import { StoreError } from '#store';
import { ApiError } from '../types.js';
import type { KindInfo } from '../types.js';
import { alreadyExists, badRequest, conflict, expired, futureVersion, internal, notFound, unavailable } from './status.js';

/** The Status for an error of the store that a request on `name` met; other errors as they are. */
export function toApiError(error: unknown, kind: KindInfo, name: string): unknown {
  if (!(error instanceof StoreError)) return error;
  const status = statusFor(error, kind, name).status;
  return new ApiError(status, { cause: error });
}

function statusFor(error: StoreError, kind: KindInfo, name: string): ApiError {
  switch (error.code) {
    case 'CONFLICT':
      return conflict(kind, name);
    case 'ALREADY_EXISTS':
      return alreadyExists(kind, name);
    case 'NOT_FOUND':
      return notFound(kind, name);
    case 'EXPIRED':
      return expired(error.message);
    case 'FUTURE':
      return futureVersion();
    default:
      return storeFailure(error);
  }
}

/** The Status for an error of the store that is not about one object. */
export function storeFailure(error: StoreError): ApiError {
  if (error.code === 'INVALID') return badRequest(error.message);
  return error.code === 'UNAVAILABLE' ? unavailable(error.message) : internal(error.message);
}
