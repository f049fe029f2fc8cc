import { describe, expect, it } from '@jest/globals';
import { defaultPod, preparePodCreate, preparePodUpdate } from '../defaults/pod.js';
import type { Node, Pod } from '../types.js';
import { validateNode, validateNodeUpdate } from './node.js';
import { validatePodStatus } from './pod-status.js';
import { validatePodUpdate } from './pod-update.js';

function created(spec: object): Pod {
  const pod = structuredClone({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', namespace: 'default' }, spec }) as unknown as Pod;
  preparePodCreate(pod);
  return pod;
}

function changes(spec: object, change: (pod: Pod) => void, subresource?: string): string[] {
  const [current, next] = [created(spec), created(spec)];
  change(next);
  preparePodUpdate(next, current);
  defaultPod(next);
  return validatePodUpdate(next, current, subresource).map(({ reason, field, message }) => `${reason.slice('FieldValue'.length)} ${field}: ${message}`);
}

const sized = (resources: object, more: object = {}) => ({ containers: [{ name: 'c', image: 'a', resources, ...more }] });
const resources = (pod: Pod, value: object) => void (pod.spec.containers[0]!.resources = value as never);

describe('a gated pod', () => {
  const gated = { schedulingGates: [{ name: 'a/b' }], nodeSelector: { disk: 'ssd' }, containers: [{ name: 'c', image: 'a' }] };

  it.each<[string, (pod: Pod) => void, string[]]>([
    ['loses its gates', (pod) => (pod.spec.schedulingGates = []), []],
    ['gets no new ones', (pod) => pod.spec.schedulingGates!.push({ name: 'c/d' }), ["Forbidden spec.schedulingGates[1].name: Forbidden: only deletion is allowed, but found new scheduling gate 'c/d'"]],
    ['may select its node by more', (pod) => (pod.spec.nodeSelector!['zone'] = 'a'), []],
    ['may not select its node by something else', (pod) => (pod.spec.nodeSelector = { disk: 'hdd' }), ['Invalid spec.nodeSelector: Invalid value: {"disk":"hdd"}: only additions to spec.nodeSelector are allowed (no mutations or deletions)']],
    ['may have an affinity to nodes', (pod) => (pod.spec.affinity = { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'a', operator: 'Exists' }] }] } } }), []],
  ])('%s', (_sentence, change, expected) => {
    expect(changes(gated, change)).toEqual(expected);
  });
});

describe('a resize', () => {
  const burstable = sized({ requests: { cpu: '100m', memory: '64Mi' } });

  it.each<[string, object, (pod: Pod) => void, string[]]>([
    ['changes cpu and memory', burstable, (pod) => resources(pod, { requests: { cpu: '200m', memory: '128Mi' } }), []],
    ['adds a limit', burstable, (pod) => resources(pod, { requests: { cpu: '200m', memory: '64Mi' }, limits: { cpu: '1' } }), []],
    ['removes nothing', burstable, (pod) => resources(pod, { requests: { cpu: '200m' } }), ['Forbidden spec.containers[0].resources.requests: Forbidden: resource requests cannot be removed']],
    ['keeps the QoS class', burstable, (pod) => resources(pod, { requests: { cpu: '1', memory: '1Gi' }, limits: { cpu: '1', memory: '1Gi' } }), ['Invalid spec: Invalid value: "Burstable": Pod QOS Class may not change as a result of resizing']],
    ['leaves other resources alone', burstable, (pod) => resources(pod, { requests: { cpu: '100m', memory: '64Mi', 'ephemeral-storage': '1Gi' } }), ['Forbidden spec: Forbidden: only cpu and memory resources are mutable']],
    ['is not for pods with resources of their own', { resources: { requests: { cpu: '1' } }, ...burstable }, (pod) => resources(pod, { requests: { cpu: '200m', memory: '64Mi' } }), ['Forbidden : Forbidden: pods with pod-level resources cannot be resized']],
    ['is not for init containers', { initContainers: [{ name: 'i', image: 'a' }], ...burstable }, (pod) => (pod.spec.initContainers![0]!.resources = { requests: { cpu: '10m' } }), ['Forbidden spec: Forbidden: resources for non-sidecar init containers are immutable']],
  ])('%s', (_sentence, spec, change, expected) => {
    expect(changes(spec, change, 'resize')).toEqual(expected);
  });

  it('is not possible without its subresource', () => {
    expect(changes(burstable, (pod) => resources(pod, { requests: { cpu: '200m', memory: '64Mi' } }))[0]).toMatch(/^Forbidden spec: Forbidden: pod updates may not change fields other than/);
  });
});

describe('a grace period', () => {
  it('that was negative may become 1', () => {
    expect(changes({ containers: [{ name: 'c', image: 'a' }], terminationGracePeriodSeconds: -1 }, (pod) => (pod.spec.terminationGracePeriodSeconds = 1))).toEqual([]);
    expect(changes({ containers: [{ name: 'c', image: 'a' }] }, (pod) => (pod.spec.terminationGracePeriodSeconds = 1))).toHaveLength(1);
  });
});

describe('a status', () => {
  const ended = (exitCode: number) => ({ containerStatuses: [{ name: 'c', state: { terminated: { exitCode } } }] });
  const runs = { containerStatuses: [{ name: 'c', state: { running: {} } }] };
  it.each<[string, string, object, object, string[]]>([
    ['does not bring back what never restarts', 'Never', ended(1), runs, ['status.containerStatuses[0].state']],
    ['may bring back what failed', 'OnFailure', ended(1), runs, []],
    ['does not bring back what succeeded', 'OnFailure', ended(0), runs, ['status.containerStatuses[0].state']],
    ['brings back what always restarts', 'Always', ended(0), runs, []],
    ['keeps the QoS class', 'Always', { qosClass: 'BestEffort' }, { qosClass: 'Guaranteed' }, ['status.qosClass']],
    ['has one address of a family', 'Always', {}, { podIPs: [{ ip: '10.0.0.1' }, { ip: '10.0.0.2' }] }, ['status.podIPs']],
    ['has addresses', 'Always', {}, { hostIPs: [{ ip: 'x' }] }, ['status.hostIPs[0]']],
  ])('%s', (_sentence, restartPolicy, before, after, fields) => {
    const pod = (status: object) => ({ spec: { containers: [], restartPolicy }, status }) as unknown as Pod;
    expect(validatePodStatus(pod(after), pod(before)).map(({ field }) => field)).toEqual(fields);
  });
});

describe('a node', () => {
  const node = (spec: object, status: object = {}) => ({ metadata: { name: 'n' }, spec, status }) as unknown as Node;
  it.each<[string, Node, string[]]>([
    ['has sound taints', node({ taints: [{ key: 'a', value: 'b', effect: 'NoSchedule' }] }), []],
    ['has taints with an effect', node({ taints: [{ key: 'a' }] }), ['Required metadata.taints[0].effect: Required value']],
    ['has a taint once', node({ taints: [{ key: 'a', effect: 'NoSchedule' }, { key: 'a', effect: 'NoSchedule' }] }), ['Duplicate metadata.taints[1]: Duplicate value: {"key":"a","effect":"NoSchedule"}: taints must be unique by key and effect pair']],
    ['has networks', node({ podCIDRs: ['10.0.0.0/33'] }), ['Invalid spec.podCIDRs[0]: Invalid value: "10.0.0.0/33": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)']],
    ['has capacities', node({}, { capacity: { cpu: '-1' } }), ['Invalid status.capacity.cpu: Invalid value: "-1": must be greater than or equal to 0']],
  ])('%s', (_sentence, object, expected) => {
    expect(validateNode(object).map(({ reason, field, message }) => `${reason.slice('FieldValue'.length)} ${field}: ${message}`)).toEqual(expected);
  });

  it('keeps its network and provider', () => {
    const before = node({ podCIDRs: ['10.0.0.0/24'], providerID: 'a' });
    expect(validateNodeUpdate(node({ podCIDRs: ['10.1.0.0/24'], providerID: 'b' }), before).map(({ field }) => field)).toEqual(['spec.podCIDRs', 'spec.providerID']);
  });
});
