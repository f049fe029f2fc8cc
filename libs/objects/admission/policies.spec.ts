import { describe, expect, it } from '@jest/globals';
import { defaultLimitRange } from '../defaults/policies.js';
import { preparePodCreate } from '../defaults/pod.js';
import type { KubeObject, LimitRange, Pod, ResourceQuota, Service } from '../types.js';
import { validateLimitRange, validateResourceQuota, validateResourceQuotaUpdate } from '../validation/policies.js';
import { limitRangeFaults } from './limit-range.js';
import { chargeQuotas } from './quota.js';
import { quotaUsage } from './quota-usage.js';
import { resourcesText } from '../effective-resources.js';

const range = (...limits: object[]) => ({ metadata: { name: 'l' }, spec: { limits } }) as unknown as LimitRange;
const quota = (spec: object, status: object = {}) => ({ metadata: { name: 'q' }, spec, status }) as unknown as ResourceQuota;
const told = (causes: { reason: string; field: string; message: string }[]) => causes.map(({ reason, field, message }) => `${reason.slice('FieldValue'.length)} ${field}: ${message}`);

function podOf(spec: object, status: object = {}): Pod {
  const pod = structuredClone({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', namespace: 'default' }, spec }) as unknown as Pod;
  preparePodCreate(pod);
  return { ...pod, status: { ...pod.status, ...status } };
}
const sized = (requests: object, limits: object = {}) => ({ containers: [{ name: 'c', image: 'a', resources: { requests, limits } }] });

describe('a LimitRange is refused', () => {
  it.each<[string, LimitRange, string[]]>([
    ['not when it is sound', range({ type: 'Container', min: { cpu: '1' }, max: { cpu: '2' }, maxLimitRequestRatio: { cpu: '2' } }), []],
    ['whose type is none', range({ type: 'Node' }), ['Invalid spec.limits[0].type: Invalid value: "Node": must be a standard limit type or fully qualified']],
    ['with a type twice', range({ type: 'Pod' }, { type: 'Pod' }), ['Duplicate spec.limits[1].type: Duplicate value: "Pod"']],
    ['with defaults for pods', range({ type: 'Pod', default: { cpu: '1' } }), ["Forbidden spec.limits[0].default: Forbidden: may not be specified when `type` is 'Pod'"]],
    ['whose minimum is above its maximum', range({ type: 'Pod', min: { cpu: '3' }, max: { cpu: '2' } }), ['Invalid spec.limits[0].min[cpu]: Invalid value: "3": min value 3 is greater than max value 2']],
    ['whose default request is above its default limit', range({ type: 'Container', default: { cpu: '1' }, defaultRequest: { cpu: '2' } }), ['Invalid spec.limits[0].defaultRequest[cpu]: Invalid value: "2": default request value 2 is greater than default limit value 1']],
    ['whose ratio is below one', range({ type: 'Container', maxLimitRequestRatio: { cpu: '0.5' } }), ['Invalid spec.limits[0].maxLimitRequestRatio[cpu]: Invalid value: "0.5": ratio 0.5 is less than 1']],
    ['whose ratio can never be met', range({ type: 'Pod', min: { cpu: '1' }, max: { cpu: '2' }, maxLimitRequestRatio: { cpu: '3' } }), ['Invalid spec.limits[0].maxLimitRequestRatio[cpu]: Invalid value: "3": ratio 3 is greater than max/min = 2.000000']],
    ['with what containers do not use', range({ type: 'Container', max: { storage: '1Gi' } }), ['Invalid spec.limits[0].max[storage]: Invalid value: "storage": must be a standard resource for containers']],
  ])('%s', (_sentence, object, expected) => {
    expect(told(validateLimitRange(object))).toEqual(expected);
  });
});

describe('what a LimitRange says', () => {
  it.each<[string, object, object, string[]]>([
    ['nothing of what is within it', { type: 'Container', max: { cpu: '2' }, min: { cpu: '1' } }, sized({ cpu: '1' }, { cpu: '2' }), []],
    ['of too little', { type: 'Container', min: { cpu: '1' } }, sized({ cpu: '500m' }), ['minimum cpu usage per Container is 1, but request is 500m']],
    ['of nothing asked for', { type: 'Pod', min: { memory: '1Gi' } }, sized({ cpu: '500m' }), ['minimum memory usage per Pod is 1Gi.  No request is specified']],
    ['of nothing limited', { type: 'Pod', max: { memory: '1Gi' } }, sized({ memory: '1Mi' }), ['maximum memory usage per Pod is 1Gi.  No limit is specified']],
    ['of too great a ratio', { type: 'Container', maxLimitRequestRatio: { cpu: '2' } }, sized({ cpu: '300m' }, { cpu: '1' }), ['cpu max limit to request ratio per Container is 2, but provided ratio is 3.333333']],
    ['of a ratio to nothing', { type: 'Container', maxLimitRequestRatio: { cpu: '2' } }, sized({}), ['cpu max limit to request ratio per Container is 2, but no request is specified or request is 0']],
    ['of a pod whose init container asks for more', { type: 'Pod', max: { cpu: '1' } }, { initContainers: [{ name: 'i', image: 'a', resources: { limits: { cpu: '2' } } }], ...sized({}, { cpu: '500m' }) }, ['maximum cpu usage per Pod is 1, but limit is 2']],
  ])('%s', (_sentence, item, spec, expected) => {
    const policy = range(item);
    defaultLimitRange(policy);
    expect(limitRangeFaults(podOf(spec), policy)).toEqual(expected);
  });
});

describe('a ResourceQuota is refused', () => {
  it.each<[string, object, string[]]>([
    ['not when it is sound', { hard: { pods: '1', 'requests.cpu': '1', 'count/deployments.apps': '2', 'requests.example.com/gpu': '1' }, scopeSelector: { matchExpressions: [] } }, []],
    ['with an unknown resource', { hard: { gpus: '1' } }, ['Invalid spec.hard[gpus]: Invalid value: "gpus": must be a standard resource type or fully qualified', 'Invalid spec.hard[gpus]: Invalid value: "gpus": must be a standard resource for quota']],
    ['with half a pod', { hard: { pods: '0.5' } }, ['Invalid spec.hard[pods]: Invalid value: "0.5": must be an integer']],
    ['with less than nothing', { hard: { cpu: '-1' } }, ['Invalid spec.hard[cpu]: Invalid value: "-1": must be greater than or equal to 0']],
    ['with an unknown scope', { hard: {}, scopes: ['Some'] }, ['Invalid spec.scopes: Invalid value: ["Some"]: unsupported scope']],
    ['with scopes that exclude each other', { hard: { pods: '1' }, scopes: ['BestEffort', 'NotBestEffort'] }, ['Invalid spec.scopes: Invalid value: ["BestEffort","NotBestEffort"]: conflicting scopes']],
    ['with a scope that its resources do not have', { hard: { cpu: '1' }, scopes: ['BestEffort'] }, ['Invalid spec.scopes: Invalid value: ["BestEffort"]: unsupported scope applied to resource']],
    ['with a class and no values', { hard: { pods: '1' }, scopeSelector: { matchExpressions: [{ scopeName: 'PriorityClass', operator: 'In' }] } }, ["Required spec.scopeSelector.matchExpressions.values: Required value: must be at least one value when `operator` is 'In' or 'NotIn' for scope selector"]],
  ])('%s', (_sentence, spec, expected) => {
    expect(told(validateResourceQuota(quota(spec)))).toEqual(expected);
  });

  it('when its scopes change', () => {
    expect(told(validateResourceQuotaUpdate(quota({ scopes: ['BestEffort'] }), quota({})))).toEqual(['Invalid spec.scopes: Invalid value: ["BestEffort"]: field is immutable']);
  });
});

describe('what counts in a quota', () => {
  it.each<[string, string, object, Record<string, string>]>([
    ['a pod', 'pods', podOf(sized({ cpu: '1', 'example.com/gpu': '1' }, { memory: '1Gi', 'example.com/gpu': '1' })), { 'count/pods': '1', pods: '1', cpu: '1', 'requests.cpu': '1', memory: '1Gi', 'requests.memory': '1Gi', 'limits.memory': '1Gi', 'requests.example.com/gpu': '1' }],
    ['a pod that has ended', 'pods', podOf(sized({ cpu: '1' }), { phase: 'Failed' }), { 'count/pods': '1' }],
    ['a Service with node ports', 'services', { spec: { type: 'NodePort', ports: [{ port: 1 }, { port: 2 }] } } as Service, { 'count/services': '1', services: '1', 'services.nodeports': '2', 'services.loadbalancers': '0' }],
    ['a balancer without node ports', 'services', { spec: { type: 'LoadBalancer', allocateLoadBalancerNodePorts: false, ports: [{ port: 1 }, { port: 2, nodePort: 30000 }] } } as Service, { 'count/services': '1', services: '1', 'services.nodeports': '1', 'services.loadbalancers': '1' }],
    ['anything else', 'limitranges', {}, { 'count/limitranges': '1' }],
  ])('%s', (_sentence, resource, object, expected) => {
    expect(resourcesText(quotaUsage(resource, object as KubeObject))).toEqual(expected);
  });
});

describe('the scopes of a quota', () => {
  const allows = (spec: object, pod: Pod) => !('refused' in chargeQuotas([quota({ hard: { pods: '0' }, ...spec }, { used: { pods: '0' } })], 'pods', pod));
  const scoped = (...scopes: string[]) => ({ scopes });
  const priority = (operator: string, ...values: string[]) => ({ scopeSelector: { matchExpressions: [{ scopeName: 'PriorityClass', operator, ...(values.length > 0 && { values }) }] } });
  it.each<[string, object, object, boolean]>([
    ['Terminating is for pods with a deadline', scoped('Terminating'), { ...sized({}), activeDeadlineSeconds: 5 }, false],
    ['NotTerminating is not', scoped('NotTerminating'), { ...sized({}), activeDeadlineSeconds: 5 }, true],
    ['BestEffort is for pods that ask for nothing', scoped('BestEffort'), sized({}), false],
    ['NotBestEffort is for the others', scoped('NotBestEffort'), sized({ cpu: '1' }), false],
    ['all scopes have to fit', scoped('BestEffort', 'Terminating'), sized({}), true],
    ['a class is meant by name', priority('In', 'high'), { ...sized({}), priorityClassName: 'high' }, false],
    ['another class is not', priority('In', 'high'), { ...sized({}), priorityClassName: 'low' }, true],
    ['no class is no class', priority('Exists'), sized({}), true],
    ['affinity over namespaces', scoped('CrossNamespacePodAffinity'), { ...sized({}), affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'a', namespaces: ['b'] }] } } }, false],
  ])('%s', (_sentence, spec, pod, free) => {
    expect(allows(spec, podOf(pod))).toBe(free);
  });
});
