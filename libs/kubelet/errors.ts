/**
 * The node agent's one error type. Thrown when:
 * - LEASE_HELD: another worker holds the node's lease and is alive.
 * - NO_CIDR: every pod CIDR is taken.
 * - VOLUME: a volume cannot be set up (the message is that of the FailedMount event).
 * - CONFIG: a container cannot be configured (its waiting reason is CreateContainerConfigError).
 * - PULL: an image could not be pulled with any of its credentials.
 * - HOOK: a lifecycle hook failed.
 * - PROBE: a probe asks for what cannot be asked (its message is that of the Unhealthy event).
 */
export type KubeletErrorCode = 'LEASE_HELD' | 'NO_CIDR' | 'VOLUME' | 'CONFIG' | 'PULL' | 'HOOK' | 'PROBE';

export class KubeletError extends Error {
  override readonly name = 'KubeletError';
  constructor(
    readonly code: KubeletErrorCode,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
