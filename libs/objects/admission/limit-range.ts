/** What a LimitRange gives to a pod's containers, and what it refuses. Source: plugin/pkg/admission/limitranger/admission.go. */
import { isSidecar } from '../containers.js';
import { addResources, maxResources, parseResources } from '../effective-resources.js';
import type { Resources } from '../effective-resources.js';
import type { Quantity } from '../quantity.js';
import { formatQuantity, parseQuantity } from '../quantity.js';
import type { Container, LimitRange, Pod, PodSpec } from '../types.js';

type Item = NonNullable<LimitRange['spec']>['limits'][number];
type List = Record<string, string>;

export const LIMIT_RANGER_ANNOTATION = 'kubernetes.io/limit-ranger';

/** Fills in, in place, what containers leave out; an annotation says what. */
export function applyLimitRange(pod: Pod, range: LimitRange): void {
  const items = (range.spec?.limits ?? []).filter(({ type }) => type === 'Container');
  const limits: List = Object.assign({}, ...items.map((item) => item.default));
  const requests: List = Object.assign({}, ...items.map((item) => item.defaultRequest));
  const told = [
    ...pod.spec.containers.flatMap((container) => fill(container, 'container', limits, requests)),
    ...(pod.spec.initContainers ?? []).flatMap((container) => fill(container, 'init container', limits, requests)),
  ];
  if (told.length > 0) pod.metadata.annotations = { ...pod.metadata.annotations, [LIMIT_RANGER_ANNOTATION]: `LimitRanger plugin set: ${told.join('; ')}` };
}

function fill(container: Container, what: string, limits: List, requests: List): string[] {
  const told: string[] = [];
  for (const [list, given] of [['requests', requests], ['limits', limits]] as const) {
    const own = container.resources?.[list] ?? {};
    const missing = Object.keys(given).filter((name) => own[name] === undefined).sort();
    if (missing.length === 0) continue;
    container.resources = { ...container.resources, [list]: { ...own, ...Object.fromEntries(missing.map((name) => [name, given[name]!])) } };
    told.push(`${missing.join(', ')} ${list.slice(0, -1)} for ${what} ${container.name}`);
  }
  return told;
}

/** What a pod that has been filled in breaks of a LimitRange, one sentence each. Quantities are valid. */
export function limitRangeFaults({ spec }: Pod, range: LimitRange): string[] {
  const faults: string[] = [];
  for (const item of range.spec?.limits ?? []) {
    if (item.type === 'Container') {
      for (const { resources } of [...spec.containers, ...(spec.initContainers ?? [])]) {
        faults.push(...itemFaults(item, parseResources(resources?.requests), parseResources(resources?.limits)));
      }
    } else if (item.type === 'Pod') {
      faults.push(...itemFaults(item, podTotal(spec, 'requests'), podTotal(spec, 'limits')));
    }
  }
  return faults;
}

/** The plug-in adds up on its own: pod-level resources, where given, go before; overhead does not count. */
function podTotal(spec: PodSpec, list: 'requests' | 'limits'): Resources {
  let total: Resources = {};
  for (const { resources } of spec.containers) total = addResources(total, parseResources(resources?.[list]));
  let sidecars: Resources = {};
  let init: Resources = {};
  for (const container of spec.initContainers ?? []) {
    const own = parseResources(container.resources?.[list]);
    if (isSidecar(container)) {
      total = addResources(total, own);
      sidecars = addResources(sidecars, own);
    }
    init = maxResources(init, isSidecar(container) ? sidecars : addResources(own, sidecars));
  }
  return { ...maxResources(total, init), ...parseResources(spec.resources?.[list]) };
}

function itemFaults(item: Item, requests: Resources, limits: Resources): string[] {
  const each = (list: List | undefined, judge: (name: string, enforced: string, request?: Quantity, limit?: Quantity) => string | undefined) =>
    Object.keys(list ?? {})
      .sort()
      .flatMap((name) => judge(name, list![name]!, requests[name], limits[name]) ?? []);
  const { type } = item;
  return [
    ...each(item.min, (name, enforced, request, limit) => {
      const least = parseQuantity(enforced).nanos;
      const told = `minimum ${name} usage per ${type} is ${enforced}`;
      if (!request) return `${told}.  No request is specified`;
      if (request.nanos < least) return `${told}, but request is ${formatQuantity(request)}`;
      return limit && limit.nanos < least ? `${told}, but limit is ${formatQuantity(limit)}` : undefined;
    }),
    ...each(item.max, (name, enforced, request, limit) => {
      const most = parseQuantity(enforced).nanos;
      const told = `maximum ${name} usage per ${type} is ${enforced}`;
      if (!limit) return `${told}.  No limit is specified`;
      if (limit.nanos > most) return `${told}, but limit is ${formatQuantity(limit)}`;
      return request && request.nanos > most ? `${told}, but request is ${formatQuantity(request)}` : undefined;
    }),
    ...each(item.maxLimitRequestRatio, (name, enforced, request, limit) => {
      const told = `${name} max limit to request ratio per ${type} is ${enforced}`;
      if (!request?.nanos) return `${told}, but no request is specified or request is 0`;
      if (!limit?.nanos) return `${told}, but no limit is specified or limit is 0`;
      const exceeds = limit.nanos * 1_000_000_000n > parseQuantity(enforced).nanos * request.nanos;
      return exceeds ? `${told}, but provided ratio is ${ratioText(limit.nanos, request.nanos)}` : undefined;
    }),
  ];
}

/** With six decimals, rounded, as Go's %f. */
export function ratioText(a: bigint, b: bigint): string {
  const millionths = (a * 2_000_000n + b) / (2n * b);
  return `${millionths / 1_000_000n}.${String(millionths % 1_000_000n).padStart(6, '0')}`;
}
