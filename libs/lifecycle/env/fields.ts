/** The downward API: a pod's fields and resources as text. Source: pkg/fieldpath/fieldpath.go, pkg/api/v1/resource/helpers.go. */
import type { Container, Pod } from '#objects';
import { ownValue, parseQuantity } from '#objects';

/** What a field may say beside the pod's object. */
export interface PodPlace {
  nodeName: string;
  podIP: string;
  hostIP: string;
}

/** A downward reference that cannot be answered; the message is the kubelet's. */
export class EnvironmentError extends Error {
  override readonly name = 'EnvironmentError';
}

/** @throws EnvironmentError where `path` is no field that the downward API has. */
export function fieldText(pod: Pod, path: string, place: PodPlace): string {
  const { metadata, spec } = pod;
  const subscript = /^metadata\.(labels|annotations)\['(.*)'\]$/.exec(path);
  if (subscript) return ownValue(metadata[subscript[1] as 'labels' | 'annotations'], subscript[2]!) ?? '';
  switch (path) {
    case 'metadata.labels':
      return mapText(metadata.labels);
    case 'metadata.annotations':
      return mapText(metadata.annotations);
    case 'metadata.name':
      return metadata.name;
    case 'metadata.namespace':
      return metadata.namespace;
    case 'metadata.uid':
      return metadata.uid;
    case 'spec.nodeName':
      return place.nodeName;
    case 'spec.serviceAccountName':
      return spec.serviceAccountName ?? '';
    case 'status.hostIP':
    case 'status.hostIPs':
      return place.hostIP;
    case 'status.podIP':
    case 'status.podIPs':
      return spec.hostNetwork ? place.hostIP : place.podIP;
    default:
      throw new EnvironmentError(`unsupported fieldPath: ${path}`);
  }
}

const mapText = (map: Record<string, string> = {}): string =>
  Object.keys(map)
    .sort()
    .map((key) => `${key}=${JSON.stringify(map[key])}`)
    .join('\n');

/**
 * requests.cpu, limits.memory ..: the quantity divided by `divisor` ('' or '0': 1), rounded up. A limit that is not set is what the
 * node has to give. @throws EnvironmentError
 */
export function resourceText(container: Container, resource: string, divisor: string | undefined, allocatable: Record<string, string>): string {
  const match = /^(limits|requests)\.(cpu|memory|ephemeral-storage|hugepages-.+)$/.exec(resource);
  if (!match) throw new EnvironmentError(`unsupported container resource : ${resource}`);
  const [, list, name] = match as unknown as [string, 'limits' | 'requests', string];
  const quantity = container.resources?.[list]?.[name] ?? (list === 'limits' ? allocatable[name] : undefined) ?? '0';
  const by = parseQuantity(divisor || '1').nanos || parseQuantity('1').nanos;
  return String((parseQuantity(quantity).nanos + by - 1n) / by);
}
