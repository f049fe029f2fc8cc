import { describe, expect, it } from '@jest/globals';
import type { PodSpec, PriorityClass } from '../types.js';
import { completePriorityClass, validatePriorityClass, validatePriorityClassUpdate } from '../validation/priority-class.js';
import { defaultPriorityClass, givePriority, SYSTEM_PRIORITY_CLASSES } from './priority.js';

function made(name: string, more: object): PriorityClass {
  const one = { apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: { name }, value: 1000, ...more } as unknown as PriorityClass;
  completePriorityClass(one);
  return one;
}
const COMPUTED = 'priority admission controller computed';

describe('a pod gets by its class', () => {
  it.each<[string, Partial<PodSpec>, PriorityClass | undefined, Partial<PodSpec> | string]>([
    ['nothing when it names none', {}, undefined, { priority: 0, preemptionPolicy: 'PreemptLowerPriority' }],
    ['its value and preemption policy', { priorityClassName: 'high' }, made('high', {}), { priorityClassName: 'high', priority: 1000, preemptionPolicy: 'PreemptLowerPriority' }],
    ['a policy that preempts nobody', { priorityClassName: 'calm' }, made('calm', { value: -5, preemptionPolicy: 'Never' }), { priorityClassName: 'calm', priority: -5, preemptionPolicy: 'Never' }],
    ['the name of the default, too', {}, made('usual', { globalDefault: true, value: 7 }), { priorityClassName: 'usual', priority: 7, preemptionPolicy: 'PreemptLowerPriority' }],
    ['the same as it says itself', { priorityClassName: 'high', priority: 1000 }, made('high', {}), { priorityClassName: 'high', priority: 1000, preemptionPolicy: 'PreemptLowerPriority' }],
    ['no priority of its own', { priority: 5 }, undefined, `the integer value of priority (5) must not be provided in pod spec; ${COMPUTED} 0 from the given PriorityClass name`],
    ['no other priority', { priorityClassName: 'high', priority: 0 }, made('high', {}), `the integer value of priority (0) must not be provided in pod spec; ${COMPUTED} 1000 from the given PriorityClass name`],
    ['no policy of its own', { preemptionPolicy: 'Never' }, undefined, `the string value of PreemptionPolicy (Never) must not be provided in pod spec; ${COMPUTED} PreemptLowerPriority from the given PriorityClass name`],
  ])('%s', (_what, given, found, expected) => {
    const spec = { containers: [], ...given } as PodSpec;
    const refused = givePriority(spec, found);
    expect(refused ?? { ...spec, containers: undefined }).toEqual(expected);
  });

  it('of several defaults the lowest', () => {
    const classes = [made('a', { globalDefault: true, value: 9 }), made('b', { value: 1 }), made('c', { globalDefault: true, value: 3 }), made('d', { globalDefault: true, value: 3 })];
    expect(defaultPriorityClass(classes)?.metadata.name).toBe('c');
    expect(defaultPriorityClass([made('b', {})])).toBeUndefined();
  });
});

describe('a PriorityClass', () => {
  const RESERVED = "metadata.name: Forbidden: priority class names with 'system-' prefix are reserved for system use only. error: ";
  it.each<[string, PriorityClass, string[]]>([
    ['may be as high as a billion', made('high', { value: 1_000_000_000 }), []],
    ['no higher', made('high', { value: 1_000_000_001 }), ['value: Forbidden: maximum allowed value of a user defined priority is 1000000000']],
    ['may be negative', made('low', { value: -2147483648 }), []],
    ['has one of two policies', made('p', { preemptionPolicy: 'Maybe' }), ['preemptionPolicy: Unsupported value: "Maybe": supported values: "PreemptLowerPriority", "Never"']],
    ['has a policy that is not empty', made('p', { preemptionPolicy: '' }), ['preemptionPolicy: Required value']],
    ['of the system is known', made('system-node-critical', { value: 2_000_001_000 }), []],
    ['of the system keeps its value', made('system-node-critical', { value: 1 }), [`${RESERVED}value of system-node-critical PriorityClass must be 2000001000`]],
    ['of the system is no default', made('system-cluster-critical', { value: 2_000_000_000, globalDefault: true }), [`${RESERVED}globalDefault of system-cluster-critical PriorityClass must be false`]],
    ['named as if of the system is refused', made('system-mine', {}), [`${RESERVED}system-mine is not a known system priority class`]],
  ])('%s', (_what, one, expected) => {
    expect(validatePriorityClass(one).map(({ field, message }) => `${field}: ${message}`)).toEqual(expected);
  });

  it('changes neither its value nor its policy', () => {
    const [before, after] = [made('a', {}), made('a', { value: 5, preemptionPolicy: 'Never', description: 'new' })];
    expect(validatePriorityClassUpdate(after, before).map(({ field, message }) => `${field}: ${message}`)).toEqual([
      'value: Forbidden: may not be changed in an update.',
      'preemptionPolicy: Invalid value: "Never": field is immutable',
    ]);
    expect(validatePriorityClassUpdate(made('a', { description: 'new', globalDefault: true }), before)).toEqual([]);
  });

  it.each(SYSTEM_PRIORITY_CLASSES)('$metadata.name is valid', (one) => {
    expect(validatePriorityClass(made(one.metadata.name, one))).toEqual([]);
  });
});
