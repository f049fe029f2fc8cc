/**
 * The embedded servers' one error type. The message is one line for the user: what failed, where, what to do.
 * - UNSUPPORTED: no binaries for this platform.
 * - NOT_INSTALLED: binaries are missing and could not be fetched.
 * - UNREADABLE: a folder cannot be made, reached or owned.
 * - IN_USE: another Podbox uses the data folder, or another program the port.
 * - START_FAILED: the server ended, or did not answer, while starting (its own last words are in the message).
 */
export type EmbeddedErrorCode = 'UNSUPPORTED' | 'NOT_INSTALLED' | 'UNREADABLE' | 'IN_USE' | 'START_FAILED';

export class EmbeddedError extends Error {
  override readonly name = 'EmbeddedError';
  constructor(
    readonly code: EmbeddedErrorCode,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}
