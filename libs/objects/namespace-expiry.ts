import { fromTime } from './time.js';
import type { ObjectMeta } from './types.js';

/** Annotation of a namespace: whole seconds (real ones) after its creation at which it is deleted. What is no such number does nothing. */
export const NAMESPACE_TTL = 'podbox.dev/ttl-seconds';

/** They cannot be deleted. */
const PERMANENT = new Set(['default', 'kube-system', 'kube-public']);

/** Epoch ms; undefined: it stays. */
export function namespaceExpiry({ metadata }: { metadata: ObjectMeta }): number | undefined {
  const text = metadata.annotations?.[NAMESPACE_TTL] ?? '';
  const created = fromTime(metadata.creationTimestamp as string | undefined);
  return !PERMANENT.has(metadata.name ?? '') && /^[1-9]\d{0,9}$/.test(text) && created !== undefined ? created + Number(text) * 1000 : undefined;
}
