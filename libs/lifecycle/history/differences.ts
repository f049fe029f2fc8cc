/** What differs between two states of a pod that follow one another: for those who read its history. Pure. */
import { isDeepStrictEqual } from 'node:util';
import type { ContainerState, ContainerStatus, Pod } from '#objects';
import { containersOf } from '#objects';

export interface PodDifference {
  /** Where: `status.phase`, `status.conditions[Ready]`, `status.containerStatuses[app].state` .. */
  field: string;
  container?: string;
  from?: string;
  to?: string;
  /** The same in words. */
  message: string;
}

/** `before` undefined: nothing is known of it, or (`created`) there was nothing. */
export function podDifferences(before: Pod | undefined, after: Pod, created = before === undefined): PodDifference[] {
  if (!before) return created ? [{ field: 'metadata', message: 'the pod was created' }] : [];
  return [...metadataDifferences(before, after), ...specDifferences(before, after), ...statusDifferences(before, after), ...containerDifferences(before, after)];
}

function metadataDifferences({ metadata: before }: Pod, { metadata: after }: Pod): PodDifference[] {
  const found: PodDifference[] = [];
  if (after.deletionTimestamp && after.deletionTimestamp !== before.deletionTimestamp) {
    const what = before.deletionTimestamp ? 'the grace of its deletion was changed' : 'deletion was requested';
    found.push({ field: 'metadata.deletionTimestamp', to: String(after.deletionTimestamp), message: `${what}: ${after.deletionGracePeriodSeconds ?? 0} s of grace` });
  }
  for (const field of ['labels', 'annotations', 'finalizers', 'ownerReferences'] as const) {
    const [from, to] = [JSON.stringify(before[field] ?? null), JSON.stringify(after[field] ?? null)];
    if (!isDeepStrictEqual(before[field], after[field])) found.push({ field: `metadata.${field}`, from, to, message: `${field} were changed` });
  }
  return found;
}

function specDifferences({ spec: before }: Pod, { spec: after }: Pod): PodDifference[] {
  const found: PodDifference[] = [];
  if (after.nodeName && after.nodeName !== before.nodeName) found.push({ field: 'spec.nodeName', to: after.nodeName, message: `bound to node ${after.nodeName}` });
  const images = new Map([...containersOf(before)].map(({ container }) => [container.name, container.image]));
  let told = false;
  for (const { container: { name, image } } of containersOf(after)) {
    const from = images.get(name);
    if (!images.has(name)) found.push({ field: `spec.containers[${name}]`, container: name, message: `container ${name} was added` });
    else if (from !== image) found.push({ field: `spec.containers[${name}].image`, container: name, ...words(from, image), message: `container ${name}: image ${from} -> ${image}` });
    told ||= !images.has(name) || from !== image;
  }
  const rest = ({ nodeName: _, ...spec }: Pod['spec']) => spec;
  if (!told && !isDeepStrictEqual(rest(before), rest(after))) found.push({ field: 'spec', message: 'the specification was changed' });
  return found;
}

function statusDifferences({ status: before }: Pod, { status: after }: Pod): PodDifference[] {
  const found: PodDifference[] = [];
  const say = (field: 'phase' | 'reason' | 'podIP', name: string) => {
    if (after[field] !== before[field]) found.push({ field: `status.${field}`, ...words(before[field], after[field]), message: `${name} ${step(before[field], after[field])}` });
  };
  say('phase', 'phase');
  say('reason', 'reason');
  say('podIP', 'address');
  for (const condition of after.conditions ?? []) {
    const old = before.conditions?.find(({ type }) => type === condition.type);
    if (old?.status === condition.status && old.reason === condition.reason) continue;
    const why = condition.reason ? ` (${condition.reason})` : '';
    const message = `${condition.type} ${step(old?.status, condition.status)}${why}`;
    found.push({ field: `status.conditions[${condition.type}]`, ...words(old?.status, condition.status), message });
  }
  return found;
}

function containerDifferences({ status: before }: Pod, { status: after }: Pod): PodDifference[] {
  const found: PodDifference[] = [];
  for (const list of ['initContainerStatuses', 'containerStatuses', 'ephemeralContainerStatuses'] as const) {
    for (const status of after[list] ?? []) {
      const old = before[list]?.find(({ name }) => name === status.name);
      found.push(...oneContainer(`status.${list}[${status.name}]`, old, status));
    }
  }
  return found;
}

function oneContainer(field: string, before: ContainerStatus | undefined, after: ContainerStatus): PodDifference[] {
  const { name: container, restartCount } = after;
  const found: PodDifference[] = [];
  const [from, to] = [stateText(before?.state), stateText(after.state)];
  if (from !== to || (after.state?.running && before?.containerID !== after.containerID)) {
    found.push({ field: `${field}.state`, container, ...words(from, to), message: `container ${container}: ${step(from, to)}` });
  }
  if (restartCount !== (before?.restartCount ?? 0)) {
    found.push({ field: `${field}.restartCount`, container, ...words(String(before?.restartCount ?? 0), String(restartCount)), message: `container ${container}: restart ${restartCount}` });
  }
  if (after.ready !== (before?.ready ?? false)) {
    found.push({ field: `${field}.ready`, container, from: String(!after.ready), to: String(after.ready), message: `container ${container} is ${after.ready ? 'ready' : 'not ready'}` });
  }
  return found;
}

/** `running`, `waiting (CrashLoopBackOff)`, `terminated with code 1 (Error)`. */
export function stateText(state: ContainerState | undefined): string | undefined {
  const { waiting, running, terminated } = state ?? {};
  if (running) return 'running';
  if (terminated) return `terminated with code ${terminated.exitCode}${terminated.reason ? ` (${terminated.reason})` : ''}`;
  return waiting ? `waiting${waiting.reason ? ` (${waiting.reason})` : ''}` : undefined;
}

const words = (from: string | undefined, to: string | undefined): Pick<PodDifference, 'from' | 'to'> => ({ ...(from !== undefined && { from }), ...(to !== undefined && { to }) });
const step = (from: string | undefined, to: string | undefined): string => (from === undefined ? (to ?? 'none') : `${from} -> ${to ?? 'none'}`);
