/** Why a worker cannot start: one line that says what to do. */
export class WorkerStartError extends Error {
  override readonly name = 'WorkerStartError';
}
