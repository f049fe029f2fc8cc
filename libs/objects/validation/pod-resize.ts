/** Resources of running containers, changed through the resize subresource. Source: ValidatePodResize in pkg/apis/core/validation. */
import { isDeepStrictEqual } from 'node:util';
import { isSidecar } from '../containers.js';
import { qosClass } from '../qos.js';
import { isQuantity } from '../quantity.js';
import type { Container, Pod, PodSpec, ResourceRequirements } from '../types.js';
import type { FieldCause } from './causes.js';
import { forbidden, invalid } from './causes.js';

type List = Record<string, string>;

/** `next` after defaulting; validatePod is asked as well, and has found nothing when quantities are compared. */
export function validatePodResize(next: Pod, current: Pod): FieldCause[] {
  const sized = ({ spec }: Pod) => Object.keys({ ...spec.resources?.requests, ...spec.resources?.limits }).length > 0;
  if (sized(next) || sized(current)) return [forbidden('', 'pods with pod-level resources cannot be resized')];
  if (current.metadata.annotations?.['kubernetes.io/config.mirror'] !== undefined) return [forbidden('', 'static pods cannot be resized')];
  if (current.spec.os?.name === 'windows') return [forbidden('', 'windows pods cannot be resized')];
  for (const field of ['containers', 'initContainers'] as const) {
    if ((next.spec[field]?.length ?? 0) !== (current.spec[field]?.length ?? 0)) return [forbidden('spec', 'only cpu and memory resources are mutable')];
  }
  if (!allQuantities(next.spec)) return [];
  const causes: FieldCause[] = qosClass(next.spec) === qosClass(current.spec) ? [] : [invalid('spec', current.status.qosClass, 'Pod QOS Class may not change as a result of resizing')];
  for (const [field, index, after, before] of pairs(next.spec, current.spec)) {
    const init = field === 'initContainers';
    if (init && !isSidecar(before)) {
      if (!isDeepStrictEqual(after, before)) causes.push(forbidden('spec', 'resources for non-sidecar init containers are immutable'));
      continue;
    }
    causes.push(...resizeCauses(after, before, `spec.${field}[${index}].resources`));
    if (!isDeepStrictEqual(unsized(after), unsized(before))) causes.push(forbidden('spec', `only cpu and memory resources ${init ? 'for sidecar containers ' : ''}are mutable`));
  }
  if (causes.length > 0) return causes;
  const rest = (spec: PodSpec) => ({ ...spec, containers: [], initContainers: [] });
  return isDeepStrictEqual(rest(next.spec), rest(current.spec)) ? [] : [forbidden('spec', 'only cpu and memory resources are mutable')];
}

function* pairs(next: PodSpec, current: PodSpec): Generator<['initContainers' | 'containers', number, Container, Container]> {
  for (const field of ['initContainers', 'containers'] as const) {
    for (const [index, before] of (current[field] ?? []).entries()) yield [field, index, next[field]![index]!, before];
  }
}

const allQuantities = ({ containers, initContainers = [] }: PodSpec): boolean =>
  [...containers, ...initContainers].every(({ resources }) => [resources?.requests, resources?.limits].every((list) => Object.values(list ?? {}).every(isQuantity)));

/** The container without what may be resized. */
function unsized(container: Container): unknown {
  const { resources = {}, resizePolicy, ...rest } = container;
  const policies = resizePolicy?.map(({ resourceName, restartPolicy }) => `${resourceName} ${restartPolicy}`).join();
  const others = (list: List = {}) => Object.fromEntries(Object.entries(list).filter(([name]) => name !== 'cpu' && name !== 'memory'));
  return { ...rest, policies, resources: { ...resources, requests: others(resources.requests), limits: others(resources.limits) } };
}

function resizeCauses(next: Container, current: Container, at: string): FieldCause[] {
  const causes: FieldCause[] = [];
  const [after, before]: ResourceRequirements[] = [next.resources ?? {}, current.resources ?? {}];
  const removed = (to: List = {}, from: List = {}) => Object.keys(from).some((name) => to[name] === undefined);
  if (removed(after!.requests, before!.requests)) causes.push(forbidden(`${at}.requests`, 'resource requests cannot be removed'));
  if (removed(after!.limits, before!.limits)) causes.push(forbidden(`${at}.limits`, 'resource limits cannot be removed'));
  return causes;
}
