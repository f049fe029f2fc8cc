/**
 * The queue's one error type. Thrown when:
 * - UNAVAILABLE: Redis did not take the jobs in time. Nothing is lost: the sweeper enqueues again what wants attention.
 * - CLOSED: the queue has been closed.
 */
export type QueueErrorCode = 'UNAVAILABLE' | 'CLOSED';

export class QueueError extends Error {
  override readonly name = 'QueueError';
  constructor(
    readonly code: QueueErrorCode,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}
