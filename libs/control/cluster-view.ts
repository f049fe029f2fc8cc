/** What the control loops know of the cluster, kept up to date from the change log; every change tells what work it makes. No IO. */
import type { ControlJob } from '#queue';
import { isQuotaKind, keyOf, keyText, namespaceExpiry } from '#objects';
import type { Key, KubeObject, Node, Pod, Service } from '#objects';
import { podTime, rowOfClock } from '#clock';
import type { Change, Revision } from '#store';
import { addressSignature, selects } from './endpoints/pod-address.js';
import { couldHelp } from './nodes/node-news.js';
import { count, noUsage } from './scheduler/node-usage.js';
import type { NodeUsage } from './scheduler/node-usage.js';
import { podNeeds } from './scheduler/pod-needs.js';
import type { PodNeeds } from './scheduler/pod-needs.js';

/** Whose writes are no news of a pod. */
export const SCHEDULER = 'scheduler';

/** What is done by the process that leads: it needs no queue. */
export type LeaderJob = { type: 'schedule' } | { type: 'nodes' };
export type Work = ControlJob | LeaderJob;

interface KnownPod {
  key: Key;
  revision: Revision;
  /** '' while it has none, and once it has ended: then it takes no place. */
  node: string;
  /** What it takes of the node; undefined: nothing, as it has none. */
  needs?: PodNeeds;
  /** When somebody other than the scheduler last said something about it. */
  news: Revision;
  /** What its Services' endpoints say of it; undefined: no Service selects it. */
  address?: string;
}

/** What is read of a change: also what a listed object looks like. */
type Seen = Pick<Change, 'type' | 'key' | 'uid' | 'revision' | 'object' | 'labels' | 'fields' | 'previousLabels' | 'cause'>;

export class ClusterView {
  /** Everything up to here has been taken in. */
  revision: Revision = 0;
  readonly nodes = new Map<string, Node>();
  /** Pods without a node, oldest first, by uid. */
  readonly unbound = new Map<string, Pod>();
  /** What pods take of each node. */
  readonly usage = new Map<string, NodeUsage>();
  /** Counted up with each change that could help pods that fit nowhere: of a node or a Clock, and of pods that left their nodes. */
  readonly helpful = { nodes: 0, room: 0 };
  /** The Clocks, by namespace. */
  readonly clocks = new Map<string, KubeObject>();
  private readonly pods = new Map<string, KnownPod>();
  /** By namespace, then name. */
  private readonly services = new Map<string, Map<string, Service>>();
  /** When the namespaces that are to delete themselves do: real time, by name. */
  readonly expiring = new Map<string, number>();
  private readonly terminating = new Set<string>();
  /** Names of ResourceQuotas, by namespace. */
  private readonly quotas = new Map<string, Set<string>>();

  /** Forgets everything. */
  reset(revision: Revision): void {
    for (const map of [this.nodes, this.unbound, this.usage, this.clocks, this.pods, this.services, this.quotas, this.expiring]) map.clear();
    this.terminating.clear();
    this.revision = revision;
  }

  /** Takes in what was listed. Services come before pods, so that pods are seen by their Services. */
  load(objects: KubeObject[]): void {
    for (const object of objects) this.take(asSeen(object));
  }

  /** Takes a change in. Returns the work that it makes; the same job may be named by several changes. */
  apply(change: Change): Work[] {
    this.revision = change.revision;
    return this.take(change);
  }

  /** What time it is in a namespace at real time `real`. */
  timeIn(namespace: string, real: number): number {
    const clock = this.clocks.get(namespace);
    return clock ? Math.floor(podTime(rowOfClock(clock), real)) : real;
  }

  allServices(): Service[] {
    return [...this.services.values()].flatMap((byName) => [...byName.values()]);
  }

  terminatingNamespaces(): string[] {
    return [...this.terminating];
  }

  namespacesWithQuotas(): string[] {
    return [...this.quotas.keys()];
  }

  /**
   * Counts pods as bound before their bindings are committed, so that the next placement knows of them.
   * The returned function takes one back, when its binding failed and nothing else has been heard of the pod.
   */
  assume(pod: Pod, node: string): () => void {
    const { uid } = pod.metadata;
    const revision = Number(pod.metadata.resourceVersion);
    const before = this.pods.get(uid) ?? { key: keyOf(pod), revision, news: revision };
    this.unbound.delete(uid);
    this.note(uid, { ...before, revision, node, needs: podNeeds(pod.spec) });
    return () => {
      if (this.pods.get(uid)?.revision !== revision) return;
      this.note(uid, { ...before, revision, node: '' });
      this.unbound.set(uid, pod);
    };
  }

  /** Takes in what the scheduler has just written of a pod without a node, before the change log brings it. */
  written(pod: Pod, revision: Revision): void {
    const { uid } = pod.metadata;
    const known = this.pods.get(uid);
    if (!known || known.revision >= revision || !this.unbound.has(uid)) return;
    this.note(uid, { ...known, revision });
    this.unbound.set(uid, { ...pod, metadata: { ...pod.metadata, resourceVersion: String(revision) } });
  }

  /** The revision at which somebody other than the scheduler last said something about a pod. */
  newsOf(uid: string): Revision {
    return this.pods.get(uid)?.news ?? 0;
  }

  /** The pods that are on a node, or end there. */
  podsOn(node: string): { uid: string; key: Key }[] {
    const found: { uid: string; key: Key }[] = [];
    for (const [uid, pod] of this.pods) if (pod.node === node) found.push({ uid, key: pod.key });
    return found;
  }

  private take(seen: Seen): Work[] {
    return [...this.takeKind(seen), ...this.freedQuota(seen)];
  }

  private takeKind(seen: Seen): Work[] {
    switch (seen.key.kind) {
      case 'Pod':
        return this.takePod(seen);
      case 'Node':
        return this.takeNode(seen);
      case 'Service':
        return this.takeService(seen);
      case 'Clock':
        return this.takeClock(seen);
      case 'Namespace':
        return this.takeNamespace(seen);
      case 'ResourceQuota':
        return this.takeQuota(seen);
      default:
        return this.leftIn(seen);
    }
  }

  private takePod(seen: Seen): Work[] {
    const known = this.pods.get(seen.uid);
    if (known && seen.revision <= known.revision) return [];
    const jobs = this.takeAddress(seen, known);
    const gone = seen.type === 'DELETED';
    const ended = seen.fields['status.phase'] === 'Succeeded' || seen.fields['status.phase'] === 'Failed';
    const node = gone || ended ? '' : (seen.fields['spec.nodeName'] ?? '');
    const before = known?.node ?? '';
    const news = known && seen.cause.by === SCHEDULER ? known.news : seen.revision;
    this.note(seen.uid, gone ? undefined : { key: known?.key ?? seen.key, revision: seen.revision, node, needs: this.needsOf(seen, node, known), address: jobs.address, news });
    if (gone || ended || node !== '') this.unbound.delete(seen.uid);
    else this.unbound.set(seen.uid, seen.object as unknown as Pod);
    // As much as it had, or less than before (a resize).
    if (before !== '' && (node === '' || known?.needs !== this.pods.get(seen.uid)?.needs)) this.helpful.room++;
    const freed = before !== '' && node === '' && this.unbound.size > 0;
    const wants = !gone && !ended && node === '' && seen.cause.by !== SCHEDULER;
    return [...jobs.endpoints, ...(freed || wants ? [{ type: 'schedule' } as const] : []), ...this.leftIn(seen)];
  }

  /** Once bound, a pod's needs change only when somebody asks for that: so the reports of its node are not read for it. */
  private needsOf(seen: Seen, node: string, known: KnownPod | undefined): PodNeeds | undefined {
    if (node === '') return undefined;
    if (known?.needs && seen.cause.what !== 'request') return known.needs;
    return podNeeds((seen.object as unknown as Pod).spec);
  }

  /** Endpoints follow a pod's address, labels and readiness, for the Services that select it or did. */
  private takeAddress(seen: Seen, known: KnownPod | undefined): { endpoints: ControlJob[]; address?: string } {
    const byName = this.services.get(seen.key.namespace);
    if (!byName) return { endpoints: [] };
    const selecting = [...byName.values()].filter(
      (service) => selects(service, seen.labels) || (seen.previousLabels !== undefined && selects(service, seen.previousLabels)),
    );
    if (selecting.length === 0) return { endpoints: [] };
    const address = seen.type === 'DELETED' ? '' : addressSignature(seen.object as unknown as Pod);
    if (address === (known?.address ?? '') && seen.previousLabels === undefined) return { endpoints: [], address };
    return { endpoints: selecting.map((service) => endpointsJob(keyOf(service))), address };
  }

  private takeNode(seen: Seen): Work[] {
    const before = this.nodes.get(seen.key.name);
    const node = seen.type === 'DELETED' ? undefined : (seen.object as unknown as Node);
    if (node) this.nodes.set(seen.key.name, node);
    else this.nodes.delete(seen.key.name);
    const helps = couldHelp(before, node);
    if (helps) this.helpful.nodes++;
    return [{ type: 'nodes' }, ...(helps && this.unbound.size > 0 ? [{ type: 'schedule' } as const] : [])];
  }

  private takeService(seen: Seen): ControlJob[] {
    const { namespace, name } = seen.key;
    const byName = this.services.get(namespace) ?? new Map<string, Service>();
    if (seen.type === 'DELETED') byName.delete(name);
    else byName.set(name, seen.object as unknown as Service);
    if (byName.size > 0) this.services.set(namespace, byName);
    else this.services.delete(namespace);
    return [endpointsJob(seen.key), ...this.leftIn(seen)];
  }

  /** Where a Clock goes, nodes become possible that could not keep up with it. */
  private takeClock(seen: Seen): Work[] {
    if (seen.type === 'DELETED') this.clocks.delete(seen.key.namespace);
    else this.clocks.set(seen.key.namespace, seen.object);
    if (seen.type === 'DELETED') this.helpful.nodes++;
    const freed = seen.type === 'DELETED' && this.unbound.size > 0;
    return [...(freed ? [{ type: 'schedule' } as const] : []), ...this.leftIn(seen)];
  }

  private takeNamespace(seen: Seen): ControlJob[] {
    const { name } = seen.key;
    const expiry = seen.type === 'DELETED' || seen.object.metadata.deletionTimestamp ? undefined : namespaceExpiry(seen.object);
    if (expiry === undefined) this.expiring.delete(name);
    else this.expiring.set(name, expiry);
    if (seen.type === 'DELETED' || !seen.object.metadata.deletionTimestamp) {
      this.terminating.delete(name);
      return [];
    }
    this.terminating.add(name);
    return [{ type: 'namespace', name }];
  }

  private takeQuota(seen: Seen): ControlJob[] {
    const { namespace, name } = seen.key;
    const names = this.quotas.get(namespace) ?? new Set<string>();
    if (seen.type === 'DELETED') names.delete(name);
    else names.add(name);
    if (names.size > 0) this.quotas.set(namespace, names);
    else this.quotas.delete(namespace);
    // Not when it was charged or counted: only when somebody asked for something.
    return [...(seen.type !== 'DELETED' && seen.cause.what === 'request' ? [{ type: 'quota', namespace } as const] : []), ...this.leftIn(seen)];
  }

  /** What goes, what ends and what a Service gives up is to be taken off the quotas. */
  private freedQuota({ key, type, fields }: Seen): ControlJob[] {
    if (!this.quotas.has(key.namespace) || !isQuotaKind(key.kind)) return [];
    const ended = key.kind === 'Pod' && (fields['status.phase'] === 'Succeeded' || fields['status.phase'] === 'Failed');
    const changed = key.kind === 'Service' && type === 'MODIFIED';
    return type === 'DELETED' || ended || changed ? [{ type: 'quota', namespace: key.namespace }] : [];
  }

  /** Something in a namespace that is being emptied has changed or gone: there may be nothing left. */
  private leftIn(seen: Seen): ControlJob[] {
    if (!this.terminating.has(seen.key.namespace) || seen.cause.by === 'namespaces') return [];
    return seen.type === 'MODIFIED' ? [] : [{ type: 'namespace', name: seen.key.namespace }];
  }

  private note(uid: string, pod: KnownPod | undefined): void {
    const before = this.pods.get(uid);
    if (before?.node !== pod?.node || before?.needs !== pod?.needs) {
      this.count(before, -1);
      this.count(pod, 1);
    }
    if (pod) this.pods.set(uid, pod);
    else this.pods.delete(uid);
  }

  private count(pod: KnownPod | undefined, by: 1 | -1): void {
    if (!pod?.node || !pod.needs) return;
    const usage = this.usage.get(pod.node) ?? noUsage();
    this.usage.set(pod.node, usage);
    count(usage, pod.needs, by);
    if (usage.pods === 0) this.usage.delete(pod.node);
  }
}

const endpointsJob = ({ namespace, name }: Pick<Key, 'namespace' | 'name'>): ControlJob => ({ type: 'endpoints', namespace, name });

/** Jobs, each once. */
export function distinct<T extends Work>(jobs: T[]): T[] {
  return [...new Map(jobs.map((job) => [job.type + ('name' in job || 'namespace' in job ? keyText({ kind: '', namespace: '', name: '', ...job }) : ''), job])).values()];
}

function asSeen(object: KubeObject): Seen {
  const { spec, status } = object as { spec?: { nodeName?: string }; status?: { phase?: string } };
  return {
    type: 'ADDED',
    key: keyOf(object),
    uid: object.metadata.uid ?? '',
    revision: Number(object.metadata.resourceVersion),
    object,
    labels: object.metadata.labels ?? {},
    fields: { 'spec.nodeName': spec?.nodeName ?? '', 'status.phase': status?.phase ?? '' },
    cause: { by: '', what: 'request', detail: '' },
  };
}
