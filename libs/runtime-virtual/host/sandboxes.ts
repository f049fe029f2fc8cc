import { randomBytes } from 'node:crypto';
import { RuntimeError, type PodSandbox, type PodSandboxConfig, type PodsAtRest } from '#runtime';
import type { PodClockRow } from '#clock';
import type { Containers } from './containers.js';
import type { Host } from './host.js';
import type { NodeNetwork } from './node-network.js';
import { threadOf, type SandboxRecord } from './pods.js';
import type { ThreadLink } from './thread-link.js';
import type { Volumes } from './volumes.js';

/** The life of sandboxes. */
export class Sandboxes {
  constructor(
    private readonly host: Host,
    private readonly volumes: Volumes,
    private readonly containers: Containers,
    private readonly node: NodeNetwork,
  ) {}

  async run(config: PodSandboxConfig): Promise<string> {
    if (config.pid === 'NODE')
      throw new RuntimeError('UNSUPPORTED', 'hostPID: pods of the virtual runtime have no host whose processes they could see');
    const { host } = this;
    const pod = host.pods.open(config.metadata.uid, config.clock);
    const taken = pod.sandboxes.find((sandbox) => sandbox.info.metadata.attempt === config.metadata.attempt);
    if (taken) {
      const { name, namespace, uid, attempt } = config.metadata;
      throw new RuntimeError(
        'UNAVAILABLE',
        `failed to reserve sandbox name "${name}_${namespace}_${uid}_${attempt}": name is reserved for "${taken.info.id}"`,
      );
    }
    await this.volumes.settle(pod);
    const own = config.network === 'POD' ? host.addresses.take() : '';
    if (own === undefined) throw new RuntimeError('UNAVAILABLE', `failed to set up the network: no address left in ${host.addresses.cidr}`);
    const id = randomBytes(32).toString('hex');
    const { metadata, labels, annotations } = config;
    const info: PodSandbox = { id, metadata, state: 'READY', createdAt: pod.clock.now(), ip: own, labels, annotations };
    const record: SandboxRecord = { pod, info, logDirectory: config.logDirectory, hostname: config.hostname, ip: own, stopped: false };
    try {
      this.node.add(record, config.portMappings ?? []);
    } catch (error) {
      if (own) host.addresses.giveBack(own);
      throw error;
    }
    host.pods.addSandbox(record);
    threadOf(pod).send({
      type: 'addSandbox',
      sandbox: {
        id,
        podUid: pod.uid,
        namespace: metadata.namespace,
        podName: metadata.name,
        hostname: config.hostname,
        ...(config.domain && { domain: config.domain }),
        ip: own || host.nodeIp,
        prefix: Number(host.addresses.cidr.split('/')[1]),
        ...(own === '' && { hostNetwork: true }),
        dns: config.dns,
        hostAliases: config.hostAliases ?? [],
        sharePid: config.pid === 'POD',
        // A change of the clock may have come since the caller asked.
        clock: pod.clock.definition,
      },
    });
    host.events.push(pod.uid, 'SANDBOX_READY', id);
    return id;
  }

  async stop(id: string): Promise<void> {
    const sandbox = this.host.pods.sandboxes.get(id);
    if (!sandbox || sandbox.stopped) return;
    const { thread } = sandbox.pod;
    await new Promise<void>((resolve) => {
      const ended = () => {
        this.end(sandbox);
        resolve();
      };
      // A thread that is gone has ended it too.
      if (thread) thread.ask({ type: 'removeSandbox', sandboxId: id }, ended, ended);
      else ended();
    });
  }

  async remove(id: string): Promise<void> {
    const sandbox = this.host.pods.sandboxes.get(id);
    if (!sandbox) return;
    await this.stop(id);
    // Somebody else may have removed it meanwhile.
    if (!this.host.pods.sandboxes.has(id)) return;
    for (const container of sandbox.pod.containers.filter((other) => other.sandbox === sandbox)) this.containers.remove(container.info.id);
    this.host.pods.removeSandbox(sandbox);
    this.host.events.push(sandbox.pod.uid, 'SANDBOX_REMOVED', id);
    this.host.pods.closeIfEmpty(sandbox.pod);
  }

  list(podUid?: string): PodSandbox[] {
    const records = podUid === undefined ? [...this.host.pods.sandboxes.values()].reverse() : (this.host.pods.byUid.get(podUid)?.sandboxes ?? []);
    return records.map(({ info }) => ({ ...info }));
  }

  setClock(podUids: string[], clock: PodClockRow): void {
    const byThread = new Map<ThreadLink, string[]>();
    for (const uid of podUids) {
      const pod = this.host.pods.byUid.get(uid);
      if (!pod) continue;
      pod.clock.redefine(clock);
      if (!pod.thread) continue;
      const ids = byThread.get(pod.thread) ?? [];
      ids.push(...pod.sandboxes.map((sandbox) => sandbox.info.id));
      byThread.set(pod.thread, ids);
    }
    for (const [thread, sandboxIds] of byThread) thread.send({ type: 'setClock', sandboxIds, clock });
  }

  /** Of all the pods' threads, and of the timers that this side keeps for them (grace, time limits of execs). */
  async atRest(podUids: string[]): Promise<PodsAtRest> {
    const pods = podUids.flatMap((uid) => this.host.pods.byUid.get(uid) ?? []);
    const byThread = new Map<ThreadLink, string[]>();
    for (const { uid, thread } of pods) if (thread) byThread.set(thread, [...(byThread.get(thread) ?? []), uid]);
    const ask = (thread: ThreadLink, uids: string[]) =>
      new Promise<PodsAtRest>((resolve, reject) => thread.ask({ type: 'atRest', podUids: uids }, (_value, rest) => resolve(rest!), reject));
    const answers = await Promise.all([...byThread].map(([thread, uids]) => ask(thread, uids)));
    const dues = pods.map(({ clock }) => clock.next());
    return {
      next: Math.min(...answers.map(({ next }) => next), ...dues),
      activity: answers.reduce((sum, { activity }) => sum + activity, 0),
      busy: answers.flatMap(({ busy }) => busy),
    };
  }

  /** The pause process has ended. */
  died(sandboxId: string): void {
    const sandbox = this.host.pods.sandboxes.get(sandboxId);
    if (sandbox) this.notReady(sandbox);
  }

  /** The pod's thread is gone, and with it all that ran. */
  lost(sandbox: SandboxRecord): void {
    const error = new RuntimeError('UNAVAILABLE', `the thread of the pod is gone`);
    this.containers.endAll(sandbox, sandbox.pod.clock.now(), error);
    this.notReady(sandbox);
  }

  /** What the thread still tells of its containers comes too late to matter: they are ended here and now. */
  private end(sandbox: SandboxRecord): void {
    this.containers.endAll(sandbox, sandbox.pod.clock.now());
    this.notReady(sandbox);
    this.node.remove(sandbox);
    const ip = this.host.pods.takeIp(sandbox);
    if (ip) this.host.addresses.giveBack(ip);
    sandbox.stopped = true;
  }

  private notReady(sandbox: SandboxRecord): void {
    if (sandbox.info.state === 'NOTREADY') return;
    sandbox.info.state = 'NOTREADY';
    this.host.events.push(sandbox.pod.uid, 'SANDBOX_STOPPED', sandbox.info.id);
  }
}
