/**
 * The store's one error type. Thrown when:
 * - CONFLICT: an expected resourceVersion, uid or precondition does not hold (`key` says whose).
 * - ALREADY_EXISTS: create of a key that is there.
 * - NOT_FOUND: update, status or delete of a key that is not there.
 * - EXPIRED: a revision below the compaction floor was asked for.
 * - FUTURE: a revision that has not been given out yet was asked for.
 * - FENCED: the node lease's epoch is not the expected one.
 * - INVALID: the data cannot be stored (for example \u0000 where the database refuses it, or two writes of one key).
 * - UNKNOWN_OUTCOME: the connection was lost during COMMIT and the database could not be asked what became of it.
 * - UNAVAILABLE: the database cannot be reached.
 */
export type StoreErrorCode =
  'CONFLICT' | 'ALREADY_EXISTS' | 'NOT_FOUND' | 'EXPIRED' | 'FUTURE' | 'FENCED' | 'INVALID' | 'UNKNOWN_OUTCOME' | 'UNAVAILABLE';

export class StoreError extends Error {
  override readonly name = 'StoreError';
  constructor(
    readonly code: StoreErrorCode,
    message: string,
    readonly key?: { kind: string; namespace: string; name: string },
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}

/** Whether a write came too late: its object has changed, or is gone, since it was read. Who looks again sees what is now. */
export const isOvertaken = (error: unknown): boolean => error instanceof StoreError && (error.code === 'CONFLICT' || error.code === 'NOT_FOUND');
