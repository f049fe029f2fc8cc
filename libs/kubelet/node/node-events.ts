/** What is told of a node as it changes: pure. Source: pkg/kubelet/kubelet_node_status.go, pkg/kubelet/nodestatus/setters.go. */
import type { EventToRecord } from '#events';
import type { Node } from '#objects';

/** The kubelet names nodes by their name in place of their uid, and kubectl asks for both. */
const about = ({ metadata: { name } }: Node): EventToRecord['about'] => ({ kind: 'Node', name, uid: name });

const event = (node: Node, reason: string, message = `Node ${node.metadata.name} status is now: ${reason}`, type: EventToRecord['type'] = 'Normal'): EventToRecord => ({ about: about(node), type, reason, message });

/** By a condition's type: what its status is called. Those of pressure are never True here. */
const REASONS: Record<string, (status: string) => string> = {
  MemoryPressure: () => 'NodeHasSufficientMemory',
  DiskPressure: () => 'NodeHasNoDiskPressure',
  PIDPressure: () => 'NodeHasSufficientPID',
  Ready: (status) => (status === 'True' ? 'NodeReady' : 'NodeNotReady'),
};

/** Of a node that its worker has changed from `before` (undefined: it was not there) to `after`. */
export function nodeEvents(before: Node | undefined, after: Node): EventToRecord[] {
  const events: EventToRecord[] = [];
  const [boot, bootBefore] = [after, before].map((node) => node?.status?.nodeInfo?.bootID ?? '');
  if (boot && bootBefore && boot !== bootBefore) events.push(event(after, 'Rebooted', `Node ${after.metadata.name} has been rebooted, boot id: ${boot}`, 'Warning'));
  for (const { type, status } of after.status?.conditions ?? []) {
    const reason = REASONS[type]?.(status);
    if (reason && before?.status?.conditions?.find((one) => one.type === type)?.status !== status) events.push(event(after, reason));
  }
  return events;
}

export const startingEvent = (node: Node): EventToRecord => event(node, 'Starting', 'Starting kubelet.');

/** Of a node that somebody has cordoned, or no longer. */
export const schedulableEvent = (node: Node): EventToRecord => event(node, node.spec?.unschedulable ? 'NodeNotSchedulable' : 'NodeSchedulable');
