import { describe, expect, it } from '@jest/globals';
import type { Node } from '#objects';
import { nodeEvents, schedulableEvent } from './node-events.js';
import { isReady, nodeObject, stoppedNode } from './node-object.js';

const FACTS = { name: 'n1', runtimeName: 'virtual', runtimeVersion: '1', nodeIp: '10.128.0.1', podCidr: '10.128.0.0/16', maxPods: 20_000, capacity: { cpu: '4', memory: '8Gi' }, labels: { disk: 'ssd' }, taints: [{ key: 'gpu', effect: 'NoSchedule' }], port: 4711, machine: { machineID: 'm', systemUUID: 's', bootID: 'b1' }, now: 1_000_000 };
const made = () => nodeObject(FACTS) as unknown as Node;
const transitions = (node: Node) => Object.fromEntries((node.status?.conditions ?? []).map((one) => [one.type, `${one.status} ${Date.parse(String(one.lastTransitionTime))}`]));

describe('a Node', () => {
  it('says where it is reached, what it has to give, and that it is ready', () => {
    const node = made();
    expect(node.spec).toEqual({ podCIDR: '10.128.0.0/16', podCIDRs: ['10.128.0.0/16'], taints: [{ key: 'gpu', effect: 'NoSchedule' }] });
    expect(node.metadata.labels).toMatchObject({ 'kubernetes.io/hostname': 'n1', 'podbox.dev/runtime': 'virtual', disk: 'ssd' });
    expect(node.status).toMatchObject({ capacity: { cpu: '4', memory: '8Gi', pods: '20000' }, allocatable: { cpu: '4', memory: '8Gi', pods: '20000' }, daemonEndpoints: { kubeletEndpoint: { Port: 4711 } }, addresses: [{ type: 'InternalIP', address: '10.128.0.1' }, { type: 'ExternalIP', address: '127.0.0.1' }, { type: 'Hostname' }] });
    expect(isReady(node)).toBe(true);
  });

  it('keeps what somebody else put on it when its worker starts again', () => {
    const before = made();
    before.metadata.labels!.zone = 'a';
    before.spec = { ...before.spec, unschedulable: true, taints: [{ key: 'k', effect: 'NoSchedule' }] };
    const node = nodeObject({ ...FACTS, port: 4712, now: 2_000_000 }, before) as unknown as Node;
    expect(node.metadata).toEqual(before.metadata);
    expect(node.spec).toEqual(before.spec);
    expect(node.status?.daemonEndpoints?.kubeletEndpoint?.Port).toBe(4712);
    expect(transitions(node).Ready).toBe('True 1000000');
  });

  it('is without the taints of a node that is not ready when its worker starts again', () => {
    const before = made();
    before.spec!.taints = [{ key: 'node.kubernetes.io/unreachable', effect: 'NoExecute' }, { key: 'k', effect: 'NoSchedule' }, { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' }];
    expect((nodeObject(FACTS, before) as unknown as Node).spec?.taints).toEqual([{ key: 'k', effect: 'NoSchedule' }]);
  });

  it('is not ready once its worker has been stopped, and ready again with the next', () => {
    const stopped = stoppedNode(made(), 2_000_000) as unknown as Node;
    expect(isReady(stopped)).toBe(false);
    expect(transitions(stopped)).toMatchObject({ Ready: 'False 2000000', MemoryPressure: 'False 1000000' });
    expect(transitions(nodeObject({ ...FACTS, now: 3_000_000 }, stopped) as unknown as Node).Ready).toBe('True 3000000');
  });

  it.each<[string, Node | undefined, Node, string[]]>([
    ['at its first start', undefined, made(), ['NodeHasSufficientMemory', 'NodeHasNoDiskPressure', 'NodeHasSufficientPID', 'NodeReady']],
    ['when nothing has changed', made(), made(), []],
    ['when its worker stops', made(), stoppedNode(made(), 2_000_000) as unknown as Node, ['NodeNotReady']],
    ['when it is back, rebooted', stoppedNode(made(), 2_000_000) as unknown as Node, nodeObject({ ...FACTS, machine: { ...FACTS.machine, bootID: 'b2' } }) as unknown as Node, ['Rebooted', 'NodeReady']],
  ])('is told of %s', (_when, before, after, reasons) => {
    expect(nodeEvents(before, after).map(({ reason }) => reason)).toEqual(reasons);
  });

  it('is named in its events by its name alone, and in the words of the kubelet', () => {
    const about = { kind: 'Node', name: 'n1', uid: 'n1' };
    expect(nodeEvents(undefined, made()).at(-1)).toEqual({ about, type: 'Normal', reason: 'NodeReady', message: 'Node n1 status is now: NodeReady' });
    const cordoned = { ...made(), spec: { unschedulable: true } };
    expect([cordoned, made()].map((node) => schedulableEvent(node).message)).toEqual(['Node n1 status is now: NodeNotSchedulable', 'Node n1 status is now: NodeSchedulable']);
  });
});
