/** A metav1.Status, as far as this library makes them: what ends an exec on the error channel, and what refuses an upgrade. */
export interface StreamStatus {
  apiVersion: 'v1';
  kind: 'Status';
  metadata: Record<string, never>;
  status: 'Success' | 'Failure';
  message?: string;
  reason?: string;
  details?: { causes: { reason: string; message: string }[] };
  code?: number;
}

const success: StreamStatus = { apiVersion: 'v1', kind: 'Status', metadata: {}, status: 'Success' };

/** How a command ended, as the error channel says it: clients read the exit code from the cause ExitCode. */
export function exitStatus(exitCode: number): StreamStatus {
  if (exitCode === 0) return success;
  return {
    ...success,
    status: 'Failure',
    message: `command terminated with exit code ${exitCode}`,
    reason: 'NonZeroExitCode',
    details: { causes: [{ reason: 'ExitCode', message: String(exitCode) }] },
  };
}

export function failureStatus(code: number, reason: string, message: string): StreamStatus {
  return { ...success, status: 'Failure', message, reason, code };
}

/** apimachinery's NewInternalError: a session that broke. */
export const internalErrorStatus = (message: string): StreamStatus => failureStatus(500, 'InternalError', `Internal error occurred: ${message}`);
