/** Paths of files. Source: validateLocalDescendingPath, ValidateLocalNonReservedPath, validatePathNoBacksteps in pkg/apis/core/validation. */
import type { FieldCause } from './causes.js';
import { invalid } from './causes.js';

/** No step up. */
export const noBackstepCauses = (path: string, at: string): FieldCause[] => (path.split('/').includes('..') ? [invalid(at, path, "must not contain '..'")] : []);

/** Relative, and no step up. */
export const descendingPathCauses = (path: string, at: string): FieldCause[] => [
  ...(path.startsWith('/') ? [invalid(at, path, 'must be a relative path')] : []),
  ...noBackstepCauses(path, at),
];

/** A name of a file in a volume: nor does it begin like the names that the kubelet keeps for itself. */
export const nonReservedPathCauses = (path: string, at: string): FieldCause[] => [
  ...descendingPathCauses(path, at),
  ...(path.startsWith('..') && !path.startsWith('../') ? [invalid(at, path, "must not start with '..'")] : []),
];
