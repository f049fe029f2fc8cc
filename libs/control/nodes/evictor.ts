/** Ends pods that their nodes' taints do not let stay, and pods whose node is gone for good. */
import type { Clock } from '#clock';
import { EventRecorder, referenceTo } from '#events';
import { keyOf } from '#objects';
import type { Key, KubeObject, Node, Pod } from '#objects';
import { StoreError } from '#store';
import type { Cause, Precondition, Store, Write } from '#store';
import type { ClusterView } from '../cluster-view.js';
import { removalOf } from '../namespaces/namespace-cleaner.js';
import { disruptedPod, endingTaints, evictionTime } from './taint-eviction.js';

/** How long a node must be gone. Source: quarantineTime in pkg/controller/podgc. */
const QUARANTINE_MS = 40_000;
const BATCH = 200;

/** What was worked out for a pod, and from what. */
interface Plan {
  state: string;
  dueAt: number | undefined;
}

export class Evictor {
  private plans = new Map<string, Plan>();
  /** Nodes that are gone but have pods: since when. */
  private goneSince = new Map<string, number>();
  private readonly recorder: EventRecorder;

  constructor(
    private readonly store: Store,
    private readonly view: ClusterView,
    private readonly clock: Clock,
    private readonly fence: () => Precondition,
  ) {
    this.recorder = new EventRecorder({ component: 'taint-eviction-controller' }, clock);
  }

  /** Ends what is due now. When the next pod is due: epoch ms; undefined: none is. */
  async evict(): Promise<number | undefined> {
    const now = this.clock.now();
    const plans = new Map<string, Plan>();
    for (const node of this.view.nodes.values()) await this.plan(node, plans);
    this.plans = plans;
    await this.collect(now);
    const due = [...plans.values()].flatMap(({ dueAt }) => (dueAt !== undefined && dueAt > now ? dueAt : []));
    return due.length > 0 ? Math.min(...due) : undefined;
  }

  /** Reads those pods of the node of which, or of whose taints, there is news. */
  private async plan(node: Node, plans: Map<string, Plan>): Promise<void> {
    const taints = endingTaints(node.spec?.taints);
    if (taints.length === 0) return;
    const text = JSON.stringify(taints);
    const unread: Key[] = [];
    for (const { uid, key } of this.view.podsOn(node.metadata.name)) {
      const state = `${this.view.newsOf(uid)} ${text}`;
      const known = this.plans.get(uid);
      if (known?.state === state && (known.dueAt === undefined || known.dueAt > this.clock.now())) plans.set(uid, known);
      else unread.push(key);
    }
    for (const pod of await this.read(unread)) {
      const { uid } = pod.metadata;
      const dueAt = pod.metadata.deletionTimestamp ? undefined : evictionTime(pod, taints, this.view.clocks.has(pod.metadata.namespace));
      plans.set(uid, { state: `${this.view.newsOf(uid)} ${text}`, dueAt });
      if (dueAt !== undefined && dueAt <= this.clock.now()) await this.end(pod, taints.map(({ key }) => key).join(', '));
    }
  }

  private async end(pod: Pod, taints: string): Promise<void> {
    const { namespace, name } = pod.metadata;
    const at = this.view.timeIn(namespace, this.clock.now());
    const disrupted = disruptedPod(pod, 'DeletionByTaintManager', 'Taint manager: deleting due to NoExecute taint', at) as unknown as KubeObject;
    const step = removalOf(disrupted, at);
    if (step === 'wait') return;
    const cause: Cause = { by: 'nodes', what: 'decision', detail: `the node's taints are not tolerated (any longer): ${taints}` };
    const expect = pod.metadata.resourceVersion;
    const write: Write = step === 'delete' ? { op: 'delete', key: keyOf(pod), expect, object: disrupted, cause } : { op: 'update', object: step, expect, cause };
    const events = this.recorder.prepare([{ about: referenceTo(pod), at, type: 'Normal', reason: 'TaintManagerEviction', message: `Marking for deletion Pod ${namespace}/${name}` }], cause);
    if (await this.commit([write, ...events.writes])) events.committed();
    else events.rejected();
  }

  /** Pods of nodes that are no more: nobody else can end them. Source: pkg/controller/podgc (gcOrphaned). */
  private async collect(now: number): Promise<void> {
    const gone = [...this.view.usage.keys()].filter((node) => !this.view.nodes.has(node));
    this.goneSince = new Map(gone.map((node) => [node, this.goneSince.get(node) ?? now]));
    for (const [node, since] of this.goneSince) {
      if (now - since <= QUARANTINE_MS || (await this.store.get({ kind: 'Node', namespace: '', name: node }))) continue;
      const cause: Cause = { by: 'nodes', what: 'decision', detail: `node ${node} no longer exists` };
      for (const pod of await this.read(this.view.podsOn(node).map(({ key }) => key))) {
        if (pod.spec.nodeName !== node) continue;
        const last = disruptedPod({ ...pod, status: { ...pod.status, phase: 'Failed' } }, 'DeletionByPodGC', 'PodGC: node no longer exists', this.view.timeIn(pod.metadata.namespace, now));
        await this.commit([{ op: 'delete', key: keyOf(pod), expect: pod.metadata.resourceVersion, object: last as unknown as KubeObject, cause }]);
      }
    }
  }

  private async read(keys: Key[]): Promise<Pod[]> {
    const pods: Pod[] = [];
    for (let from = 0; from < keys.length; from += BATCH) pods.push(...((await this.store.getMany(keys.slice(from, from + BATCH))) as unknown as Pod[]));
    return pods;
  }

  /** False: somebody changed it meanwhile, which makes another look. */
  private async commit(writes: Write[]): Promise<boolean> {
    try {
      await this.store.commit({ preconditions: [this.fence()], writes });
      return true;
    } catch (error) {
      if (error instanceof StoreError && ['CONFLICT', 'NOT_FOUND', 'ALREADY_EXISTS'].includes(error.code)) return false;
      throw error;
    }
  }
}
