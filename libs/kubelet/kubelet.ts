import { hostname } from 'node:os';
import { rowOfClock } from '#clock';
import type { PodClockRow } from '#clock';
import { EventRecorder } from '#events';
import { isTerminal } from '#lifecycle';
import type { Pod } from '#objects';
import { StoreError } from '#store';
import type { Change, Revision } from '#store';
import { messageOf } from './errors.js';
import { ClockSettler } from './clock/settler.js';
import { Executor, removeFromRuntime } from './execute/executor.js';
import { ImagePuller } from './execute/images.js';
import { Killer } from './execute/kill.js';
import { removeStrayLogs } from './execute/logs.js';
import { restartSandbox } from './execute/restart-sandbox.js';
import { podLogDirectory } from './execute/sandbox.js';
import { TerminationMessages } from './execute/termination-messages.js';
import { VolumeLimits } from './eviction/volume-limits.js';
import { machineIds } from './node/machine.js';
import { NodeLease, RENEWALS } from './node/node-lease.js';
import { NodeRegistration } from './node/node-registration.js';
import { PodPlaces } from './node/pod-places.js';
import { withDefaults } from './options.js';
import type { KubeletOptions, KubeletSettings } from './options.js';
import { ConfigChanges } from './pods/config-changes.js';
import { ConfigSource } from './pods/config-source.js';
import { PodJobs } from './pods/pod-jobs.js';
import { PodRecord } from './pods/pod-record.js';
import type { Trigger } from './pods/pod-record.js';
import { PodTable } from './pods/pod-table.js';
import { PodTimers } from './pods/pod-timers.js';
import { PodWorkers } from './pods/pod-workers.js';
import { RuntimeWatch } from './pods/runtime-watch.js';
import { Prober } from './probes/prober.js';
import { ServiceTable } from './services/service-table.js';
import { createStreamingServer } from './streaming/streaming-server.js';
import type { StreamingPod, StreamingServer } from './streaming/types.js';
import { PodCommitter } from './sync/pod-committer.js';
import { PodSyncer } from './sync/pod-syncer.js';
import { SyncNotes } from './sync/sync-notes.js';

/** What a stop waits for at most, so that a runtime that hangs does not keep the process. */
const STOP_MS = 5_000;

/** The node agent: makes what runs here fit the pods that are bound to this node, and reports how it went. See ARCHITECTURE.md, one pod's life. */
export class Kubelet {
  private readonly settings: KubeletSettings;
  private readonly table = new PodTable();
  private readonly places: PodPlaces;
  private readonly lease: NodeLease;
  private readonly workers: PodWorkers;
  private readonly timers: PodTimers;
  private readonly notes: SyncNotes;
  private readonly prober: Prober;
  private readonly syncer: PodSyncer;
  private readonly jobs: PodJobs;
  private readonly services: ServiceTable;
  private readonly configChanges: ConfigChanges;
  private readonly volumeLimits: VolumeLimits;
  private readonly source: ConfigSource;
  private readonly settler: ClockSettler;
  private readonly watch: RuntimeWatch;
  private streaming: StreamingServer | undefined;
  private registration: NodeRegistration | undefined;
  private stopping: Promise<void> | undefined;
  private lost = false;

  constructor(options: KubeletOptions) {
    const settings = (this.settings = withDefaults(options));
    const { node, store, queue, runtime, runtimeName, clock, log } = settings;
    const trigger = (record: PodRecord, why: Trigger) => this.workers.trigger(record, why);
    const wake = (record: PodRecord, why: Trigger) => void trigger(record, why);
    const admit = (pod: Pod) => this.admit(pod);
    const precondition = () => this.lease.precondition;

    this.lease = new NodeLease(store, clock, node, settings.graceMs / RENEWALS, log, () => this.loseLease());
    this.workers = new PodWorkers((record, triggers) => this.sync(record, triggers), clock, log);
    this.timers = new PodTimers((record) => wake(record, { what: 'timer', detail: 'the pod was due' }));
    this.notes = new SyncNotes(store, clock, precondition, (error) => this.fenced(error) || log(`noting what was synced failed: ${messageOf(error)}`));
    const images = new ImagePuller(runtime, store, settings.maxParallelPulls);
    this.prober = new Prober(runtime, wake, log);
    const executor = new Executor({ runtime, store, images, killer: new Killer(runtime, log), settings, services: () => this.services.current, ended: wake });
    this.places = new PodPlaces(() => this.registration!.current!, (record) => wake(record, { what: 'decision', detail: 'there is more room on the node' }));
    const { places } = this;
    this.syncer = new PodSyncer({
      node,
      store,
      runtime,
      runtimeName,
      images,
      hostIP: settings.nodeIp,
      prober: this.prober,
      messages: new TerminationMessages(settings.dataDir, clock),
      executor,
      places,
      committer: new PodCommitter(store, new EventRecorder({ component: 'kubelet', host: node }, clock), this.notes, precondition, settings.podClocks),
      arm: (record, at) => this.timers.arm(record, at),
      again: (record) => wake(record, { what: 'decision', detail: 'there is more to do' }),
      removed: (record) => {
        this.prober.forget(record.uid);
        places.free(record);
        this.table.remove(record);
      },
    });
    const { table } = this;
    this.jobs = new PodJobs({ node, store, queue, clock, table, admit, trigger, concurrency: settings.concurrency, log });
    this.services = new ServiceTable(runtime, clock);
    this.configChanges = new ConfigChanges({ store, offers: settings, runtime, table, trigger: wake, log });
    this.volumeLimits = new VolumeLimits({ runtime, table, clock, trigger: wake, log });
    const changed = (records: PodRecord[]) => this.jobs.changed(records);
    const gone = (record: PodRecord) => this.gone(record);
    this.source = new ConfigSource({ node, store, clock, table, admit, changed, gone, relabelled: (record) => this.configChanges.relabelled(record), trigger: wake, other: (change) => this.other(change), relist: () => this.relist(), log });
    this.settler = new ClockSettler({ table, clocks: settings.podClocks, runtime, clock, seen: () => this.source.seen, doing: (record) => this.doing(record) });
    this.watch = new RuntimeWatch(runtime, table, clock, wake, (uid) => removeFromRuntime(runtime, uid), log);
  }

  /** Resolves when the node is ready for pods. @throws KubeletError LEASE_HELD */
  async start(): Promise<void> {
    const { node, store, clock, runtime, runtimeName, nodeIp, podCidr, maxPods, capacity, nodeLabels, nodeTaints, secret, dataDir, log } = this.settings;
    await this.lease.acquire(`${hostname()}/${process.pid}`);
    const { runtimeVersion } = await runtime.version();
    this.streaming = await createStreamingServer({
      runtime,
      secret,
      clock,
      acceptRemote: this.settings.network?.accept,
      settleClock: (namespace, revision, timeoutMs) => this.settler.settle(namespace, revision, timeoutMs),
      restartSandbox: (uid, request) => restartSandbox(runtime, this.table.get(uid), request, (record, trigger) => this.workers.trigger(record, trigger)),
      podLookup: (namespace, name) => this.streamingPod(namespace, name),
      onError: (error, where) => log(`request ${where} failed: ${messageOf(error)}`),
    });
    const facts = { name: node, runtimeName, runtimeVersion, nodeIp, podCidr, maxPods, capacity, labels: nodeLabels, taints: nodeTaints, port: this.streaming.port, machine: machineIds(runtimeName) };
    this.registration = new NodeRegistration(store, clock, facts, () => this.lease.precondition, log);
    await this.registration.register();
    const revision = await this.load();
    await removeStrayLogs(dataDir, (uid) => this.table.get(uid) !== undefined);
    await this.watch.relist();
    this.watch.start();
    await this.jobs.start([...this.table.all()]);
    this.source.start(revision);
    this.volumeLimits.start();
  }

  /** Whether this worker is the node: it has its lease, and has not been stopped. */
  get isNode(): boolean {
    return this.lease.held && !this.lost && !this.stopping;
  }

  /** Takes no more pods: the Node is not ready from now on. What runs goes on. */
  async leave(): Promise<void> {
    await this.registration?.markStopped();
  }

  /** Ends all work and gives the node up. Its pods stay in the store: the next start is a reboot of the node for them. */
  stop(): Promise<void> {
    this.stopping ??= this.shutDown();
    return this.stopping;
  }

  /** Syncs run since the start, and pods on this node. */
  stats(): { syncs: number; pods: number } {
    return { syncs: this.workers.runs, pods: this.table.size };
  }

  private async shutDown(): Promise<void> {
    const { clock, runtime, log } = this.settings;
    this.watch.stop();
    this.prober.close();
    this.services.stop();
    this.volumeLimits.stop();
    const quiet = Promise.all([this.source.stop(), this.jobs.stop(), this.workers.close()]);
    let cancel = () => {};
    await Promise.race([quiet, new Promise<void>((resolve) => (cancel = clock.at(clock.now() + STOP_MS, resolve)))]);
    cancel();
    for (const record of this.table.all()) record.cancelTimer?.();
    await this.streaming?.close();
    if (this.lost || !this.lease.held) this.lease.stop();
    else {
      await this.notes.close(log);
      await this.registration?.markStopped().catch((error: unknown) => log(`marking the node as stopped failed: ${messageOf(error)}`));
      await this.lease.release().catch((error: unknown) => log(`giving the lease back failed: ${messageOf(error)}`));
    }
    await runtime.close();
  }

  /** Everything that the store has for this node, from now on in the table. Returns the revision to follow from. */
  private async load(): Promise<Revision> {
    const { node, store, podClocks } = this.settings;
    // Before the pods: each begins on the clock of its namespace.
    const clocks = await store.list({ kind: 'Clock' });
    const rows = new Map(clocks.items.map((clock) => [clock.metadata.namespace ?? '', rowOfClock(clock)]));
    for (const namespace of podClocks.namespaces()) if (!rows.has(namespace)) this.setClock(namespace, undefined);
    for (const [namespace, row] of rows) this.setClock(namespace, row);
    const pods = await store.list({ kind: 'Pod', matches: (_labels, fields) => fields['spec.nodeName'] === node });
    const known = await store.podSync(pods.items.map((pod) => pod.metadata.uid ?? ''));
    for (const pod of pods.items as unknown as Pod[]) this.admit(pod, known.get(pod.metadata.uid));
    const [services, endpoints] = await Promise.all([store.list({ kind: 'Service' }), store.list({ kind: 'Endpoints' })]);
    this.services.start([...services.items, ...endpoints.items]);
    this.settings.network?.pods.load((await store.list({ kind: 'Node' })).items);
    return clocks.revision;
  }

  /** The change log no longer reaches back to what was read last: the same again, and what is not there any more has been removed. */
  private async relist(): Promise<Revision> {
    const before = new Set(this.table.all());
    const revision = await this.load();
    const now = new Set((await this.settings.store.list({ kind: 'Pod' })).items.map((pod) => pod.metadata.uid));
    for (const record of before) if (!now.has(record.uid)) this.gone(record);
    this.jobs.changed([...this.table.all()]);
    return revision;
  }

  /** Where a pod's logs are, and its clock. A pod that was bound a moment ago may not be in the table yet. */
  private async streamingPod(namespace: string, name: string): Promise<StreamingPod | undefined> {
    const { node, store, dataDir, podClocks } = this.settings;
    const pod = this.table.named(namespace, name)?.pod ?? ((await store.get({ kind: 'Pod', namespace, name })) as Pod | undefined);
    if (pod?.spec.nodeName !== node) return undefined;
    const { uid } = pod.metadata;
    return { uid, logDirectory: podLogDirectory(dataDir, namespace, name, uid), clock: podClocks.of(namespace) };
  }

  private admit(pod: Pod, sync?: { syncedRevision: number; dueAt: number | null; memo: unknown }): PodRecord {
    let record = this.table.get(pod.metadata.uid);
    if (record) record.take(pod);
    else {
      this.table.add((record = new PodRecord(pod, this.settings.podClocks.of(pod.metadata.namespace), sync)));
      if (record.admitted && !isTerminal(pod)) this.places.take(record);
    }
    return record;
  }

  /** Somebody else removed the pod: its place is free at once, as for a kubelet, while its containers end. */
  private gone(record: PodRecord): void {
    record.gone = true;
    this.places.free(record);
  }

  private other(change: Change): void {
    if (change.key.kind === 'Clock') return this.setClock(change.key.namespace, change.type === 'DELETED' ? undefined : rowOfClock(change.object));
    this.services.apply(change);
    this.configChanges.apply(change);
    this.registration?.apply(change);
    this.settings.network?.pods.apply(change);
  }

  /** `defined` undefined: the namespace has no Clock any more. */
  private setClock(namespace: string, defined: PodClockRow | undefined): void {
    const { podClocks, runtime, log } = this.settings;
    const row = podClocks.set(namespace, defined);
    const uids = [...this.table.all()].filter((record) => record.namespace === namespace).map((record) => record.uid);
    runtime.setClock(uids, row).catch((error: unknown) => log(`the clock of namespace ${namespace} is not that of its pods here: ${messageOf(error)}`));
  }

  private doing(record: PodRecord): string | undefined {
    const pulling = [...record.images].find(([, { state }]) => state.state === 'pulling');
    return this.workers.doing(record) ?? (pulling && `image ${pulling[0]} is being pulled`);
  }

  private async sync(record: PodRecord, triggers: Trigger[]): Promise<void> {
    if (this.lost || this.table.get(record.uid) !== record) return;
    try {
      await this.syncer.sync(record, triggers);
    } catch (error) {
      if (!this.fenced(error)) throw error;
    }
  }

  /** Whether the error says that the lease was lost; work then ends. */
  private fenced(error: unknown): boolean {
    const fenced = error instanceof StoreError && error.code === 'FENCED';
    if (fenced) this.loseLease();
    return fenced;
  }

  /** Another worker is the node now: whatever runs here is not its pods' any more. */
  private loseLease(): void {
    if (this.lost || this.stopping) return;
    this.lost = true;
    const why = `the lease of node ${this.settings.node} was lost to another worker`;
    void this.stop().finally(() => this.settings.onLost(why));
  }
}
