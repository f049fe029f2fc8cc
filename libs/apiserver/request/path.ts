/** Which object or collection a path of the Kubernetes API names. Source: apiserver's endpoints/request/requestinfo.go. */
import { badRequest, unknownPath } from '../errors/status.js';
import { findResource, KINDS } from '../kinds/table.js';
import type { KindRow } from '../kinds/row.js';

export interface ResourcePath {
  kind: KindRow;
  /** undefined: all namespaces, or a kind without. */
  namespace: string | undefined;
  /** undefined: the collection. */
  name: string | undefined;
  subresource: string | undefined;
}

/** `segments`: decoded, what follows /api/v1 or /apis/<group>/<version>. @throws ApiError 404 */
export function resourcePath(group: string, version: string, segments: string[]): ResourcePath {
  if (segments.some((segment) => segment.includes('\u0000'))) throw badRequest('the path contains the character U+0000');
  const [first, second, third] = segments;
  const ofNamespace = third === undefined || KINDS.Namespace.subresources.includes(third);
  const inNamespace = first === 'namespaces' && second !== undefined && !(group === '' && ofNamespace && segments.length <= 3);
  const namespace = inNamespace ? second : undefined;
  const [resource = '', name, subresource, ...more] = inNamespace ? segments.slice(2) : segments;
  const kind = findResource(group, version, resource);
  if (!kind || more.length > 0 || [name, subresource].includes('')) throw unknownPath();
  if (inNamespace && !kind.namespaced) throw unknownPath();
  if (!inNamespace && kind.namespaced && name !== undefined) throw unknownPath();
  if (subresource !== undefined && !kind.subresources.includes(subresource)) throw unknownPath();
  return { kind, namespace, name, subresource };
}
