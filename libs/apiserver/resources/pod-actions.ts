import { toTime } from '#objects';
import type { KubeObject, Pod } from '#objects';
import { badRequest, conflict, unknownPath } from '../errors/status.js';
import { KINDS } from '../kinds/table.js';
import type { Resources, Status, WriteOptions } from '../types.js';
import { isObject } from './body.js';

const done = (): Status => ({ apiVersion: 'v1', kind: 'Status', metadata: {}, status: 'Success', code: 201 });

/** Subresources of pods that are posted to: what they do is a change or deletion of the pod. */
export class PodActions {
  constructor(private readonly resources: Resources) {}

  /** @throws ApiError; 404 for a subresource that is none of these. */
  run(subresource: string, namespace: string, name: string, body: unknown, options: WriteOptions): Promise<KubeObject | Status> {
    if (subresource === 'eviction') return this.evict(namespace, name, body, options);
    if (subresource === 'binding') return this.bind(namespace, name, body, options);
    throw unknownPath();
  }

  /**
   * policy/v1 Eviction: what `kubectl drain` posts. There are no PodDisruptionBudgets, so nothing stands against it; the pod says why it goes.
   * Source: addConditionAndDeletePod in pkg/registry/core/pod/storage/eviction.go.
   */
  private async evict(namespace: string, name: string, body: unknown, options: WriteOptions): Promise<Status> {
    const eviction = kindOf(body, 'Eviction');
    if (!options.dryRun && !isDryRun(eviction['deleteOptions'])) {
      const now = (await this.resources.times(namespace))(namespace);
      const condition = { type: 'DisruptionTarget', status: 'True', reason: 'EvictionByEvictionAPI', message: 'Eviction API: evicting', lastTransitionTime: toTime(now) };
      await this.resources.patch(KINDS.Pod, namespace, name, 'strategic', { status: { conditions: [condition] } }, { ...options, subresource: 'status' });
    }
    await this.resources.delete(KINDS.Pod, namespace, name, eviction['deleteOptions'], options);
    return done();
  }

  /** v1 Binding: the node is set once and for all. */
  private async bind(namespace: string, name: string, body: unknown, options: WriteOptions): Promise<Status> {
    const { target } = kindOf(body, 'Binding') as { target?: { kind?: string; name?: string } };
    if (!target?.name || (target.kind !== undefined && target.kind !== 'Node'))
      throw badRequest('Binding.target must name a Node: {"kind":"Node","name":"<node>"}');
    const pod = (await this.resources.get(KINDS.Pod, namespace, name)) as Pod;
    if (pod.spec.nodeName) throw conflict(KINDS.Pod, name, `pod ${name} is already assigned to node "${pod.spec.nodeName}"`);
    const bound = { metadata: { resourceVersion: pod.metadata.resourceVersion }, spec: { nodeName: target.name } };
    await this.resources.patch(KINDS.Pod, namespace, name, 'merge', bound, { ...options, subresource: 'binding' });
    return done();
  }
}

function kindOf(body: unknown, kind: string): Record<string, unknown> {
  if (!isObject(body) || (body['kind'] !== undefined && body['kind'] !== kind)) throw badRequest(`the body must be an object of kind ${kind}`);
  return body;
}

const isDryRun = (deleteOptions: unknown): boolean => isObject(deleteOptions) && Array.isArray(deleteOptions['dryRun']) && deleteOptions['dryRun'].length > 0;
