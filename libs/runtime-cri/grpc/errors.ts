import { status, type ServiceError } from '@grpc/grpc-js';
import { RuntimeError, type RuntimeErrorCode } from '#runtime';

const NOT_RUNNING = /is not running|stopped container|not in running state|is in CONTAINER_\w+ state|sandbox container task|cannot exec in a (stopped|deleted|created) state/;
const CANNOT_START = /OCI runtime (create|exec) failed|failed to create (containerd|shim) task|failed to start exec|failed to exec in container/;

/** containerd's answers in the port's codes. Most failures bear gRPC's UNKNOWN, so that the text has to tell. */
export function runtimeError(error: ServiceError, method: string): RuntimeError {
  const message = error.details || error.message;
  return new RuntimeError(codeOf(error.code, message, method), message, { cause: error });
}

function codeOf(code: number, message: string, method: string): RuntimeErrorCode {
  if (method === 'PullImage') return pullCode(code, message);
  if (code === status.NOT_FOUND) return 'NOT_FOUND';
  if (code === status.DEADLINE_EXCEEDED) return 'TIMEOUT';
  if (code === status.UNAVAILABLE || code === status.CANCELLED) return 'UNAVAILABLE';
  if (code === status.UNIMPLEMENTED) return 'UNSUPPORTED';
  if (/invalid reference format|parse image reference/.test(message)) return 'INVALID_IMAGE_NAME';
  if (NOT_RUNNING.test(message)) return 'NOT_RUNNING';
  if (method === 'StartContainer' || CANNOT_START.test(message)) return 'START_FAILED';
  return 'UNAVAILABLE';
}

function pullCode(code: number, message: string): RuntimeErrorCode {
  if (/invalid reference format|parse image reference/.test(message)) return 'INVALID_IMAGE_NAME';
  // A registry that wants no one to know says that access is denied.
  if (code === status.NOT_FOUND || /pull access denied|: not found$/.test(message)) return 'IMAGE_NOT_FOUND';
  return 'REGISTRY_UNAVAILABLE';
}
