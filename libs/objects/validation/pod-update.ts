/** What may change of a pod. Source: ValidatePodUpdate, ValidatePodEphemeralContainersUpdate in pkg/apis/core/validation/validation.go. */
import { isDeepStrictEqual } from 'node:util';
import { podSpecDiff } from '../go-diff/go-diff.js';
import type { Container, Pod, PodSpec } from '../types.js';
import type { FieldCause } from './causes.js';
import { forbidden, invalid } from './causes.js';
import { nodeAffinityCauses } from './affinity.js';
import { validatePodResize } from './pod-resize.js';

const MAY_CHANGE =
  'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,' +
  '`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)';

/** `next` after defaulting; `subresource`: through which it is changed. validatePod is asked as well. */
export function validatePodUpdate(next: Pod, current: Pod, subresource?: string): FieldCause[] {
  if (subresource === 'ephemeralcontainers') return ephemeralCauses(next, current);
  return subresource === 'resize' ? validatePodResize(next, current) : specCauses(next.spec, current.spec);
}

function specCauses(next: PodSpec, current: PodSpec): FieldCause[] {
  for (const field of ['containers', 'initContainers'] as const) {
    if ((next[field]?.length ?? 0) !== (current[field]?.length ?? 0)) {
      return [forbidden(`spec.${field}`, 'pod updates may not add or remove containers')];
    }
  }
  const causes = [...deadlineCauses(next, current), ...tolerationCauses(next, current), ...gateCauses(next, current)];
  const gated = (current.schedulingGates?.length ?? 0) > 0;
  if (gated) causes.push(...nodeSelectorCauses(next, current), ...nodeAffinityChangeCauses(next, current));
  const diff = podSpecDiff(current, munged(next, current, gated));
  if (diff) causes.push(forbidden('spec', `${MAY_CHANGE}\n${diff}`));
  return causes;
}

/** The new spec with what may change as it was. */
function munged(next: PodSpec, current: PodSpec, gated: boolean): PodSpec {
  const grace = (current.terminationGracePeriodSeconds ?? 0) < 0 && next.terminationGracePeriodSeconds === 1 ? current : next;
  const spec = {
    ...next,
    containers: withImages(next.containers, current.containers),
    initContainers: next.initContainers && withImages(next.initContainers, current.initContainers ?? []),
    activeDeadlineSeconds: current.activeDeadlineSeconds,
    tolerations: current.tolerations,
    schedulingGates: current.schedulingGates,
    ephemeralContainers: current.ephemeralContainers,
    terminationGracePeriodSeconds: grace.terminationGracePeriodSeconds,
    // While a pod is gated, where it may go can still be narrowed.
    ...(gated && { nodeSelector: current.nodeSelector, affinity: mungedAffinity(next.affinity, current.affinity) }),
  };
  return Object.fromEntries(Object.entries(spec).filter(([, value]) => value !== undefined)) as unknown as PodSpec;
}

const withImages = (next: Container[], current: Container[]): Container[] => next.map((container, index) => ({ ...container, image: current[index]?.image }));

/** An affinity that says nothing but of nodes comes and goes with that. */
function mungedAffinity(next: PodSpec['affinity'], current: PodSpec['affinity']): PodSpec['affinity'] {
  const others = Object.keys(withoutNodeAffinity(next)).length > 0;
  if (!others && Object.keys(withoutNodeAffinity(current)).length === 0) return current;
  return { ...withoutNodeAffinity(next), ...(current?.nodeAffinity && { nodeAffinity: current.nodeAffinity }) };
}

function withoutNodeAffinity(affinity: PodSpec['affinity']): object {
  const { nodeAffinity: _, ...rest } = affinity ?? {};
  return rest;
}

/** Source: validateNodeSelectorMutation. */
function nodeSelectorCauses(next: PodSpec, current: PodSpec): FieldCause[] {
  const kept = Object.entries(current.nodeSelector ?? {}).every(([key, value]) => next.nodeSelector?.[key] === value);
  return kept ? [] : [invalid('spec.nodeSelector', next.nodeSelector ?? null, 'only additions to spec.nodeSelector are allowed (no mutations or deletions)')];
}

const NEEDED = 'requiredDuringSchedulingIgnoredDuringExecution';

/** Source: validateNodeAffinityMutation. */
function nodeAffinityChangeCauses(next: PodSpec, current: PodSpec): FieldCause[] {
  const before = current.affinity?.nodeAffinity?.[NEEDED];
  const after = next.affinity?.nodeAffinity?.[NEEDED];
  if (!before || isDeepStrictEqual(after, before)) return [];
  const at = `spec.affinity.nodeAffinity.${NEEDED}`;
  const own = nodeAffinityCauses(next.affinity?.nodeAffinity, 'spec.affinity.nodeAffinity');
  if (own.length > 0 || before.nodeSelectorTerms.length === 0) return [];
  const same = after?.nodeSelectorTerms.length === before.nodeSelectorTerms.length;
  if (!same) return [invalid(`${at}.nodeSelectorTerms`, after?.nodeSelectorTerms ?? null, 'no additions/deletions to non-empty NodeSelectorTerms list are allowed')];
  return before.nodeSelectorTerms.flatMap((term, index) => {
    const kept = (['matchExpressions', 'matchFields'] as const).every((field) => {
      const [old, now] = [term[field] ?? [], after.nodeSelectorTerms[index]![field] ?? []];
      return old.every((requirement, place) => isDeepStrictEqual(requirement, now[place]));
    });
    const empty = !term.matchExpressions?.length && !term.matchFields?.length;
    return kept && !empty ? [] : [invalid(`${at}.nodeSelectorTerms[${index}]`, after.nodeSelectorTerms[index], 'only additions are allowed (no mutations or deletions)')];
  });
}

function deadlineCauses(next: PodSpec, current: PodSpec): FieldCause[] {
  const [after, before] = [next.activeDeadlineSeconds, current.activeDeadlineSeconds];
  if (before === undefined || after === before) return [];
  const at = 'spec.activeDeadlineSeconds';
  if (after === undefined) return [invalid(at, after, 'must not update from a positive integer to nil value')];
  return after > before ? [invalid(at, after, 'must be less than or equal to previous value')] : [];
}

function tolerationCauses(next: PodSpec, current: PodSpec): FieldCause[] {
  const bare = (toleration: NonNullable<PodSpec['tolerations']>[number]) => ({ ...toleration, tolerationSeconds: undefined });
  const kept = (current.tolerations ?? []).every((old) => next.tolerations?.some((one) => isDeepStrictEqual(bare(one), bare(old))));
  return kept ? [] : [forbidden('spec.tolerations', 'existing toleration can not be modified except its tolerationSeconds')];
}

function gateCauses(next: PodSpec, current: PodSpec): FieldCause[] {
  const known = new Set((current.schedulingGates ?? []).map((gate) => gate.name));
  return (next.schedulingGates ?? []).flatMap((gate, index) =>
    known.has(gate.name) ? [] : [forbidden(`spec.schedulingGates[${index}].name`, `only deletion is allowed, but found new scheduling gate '${gate.name}'`)],
  );
}

function ephemeralCauses(next: Pod, current: Pod): FieldCause[] {
  return (current.spec.ephemeralContainers ?? []).flatMap((old) => {
    const index = next.spec.ephemeralContainers?.findIndex((one) => one.name === old.name) ?? -1;
    if (index < 0) return [forbidden('spec.ephemeralContainers', `existing ephemeral containers "${old.name}" may not be removed\n`)];
    const same = isDeepStrictEqual(next.spec.ephemeralContainers![index], old);
    return same ? [] : [forbidden('spec.ephemeralContainers', `existing ephemeral containers "${old.name}" may not be changed\n`)];
  });
}
