import { availableParallelism } from 'node:os';
import type { Duplex } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { PodClockRow } from '#clock';
import {
  EventQueue,
  type ContainerConfig,
  type ContainerRuntime,
  type ExecSyncResult,
  type Image,
  type ImageSpec,
  type PodSandbox,
  type PodSandboxConfig,
  type PodsAtRest,
  type RuntimeContainer,
  type RuntimeEvent,
  type ServiceEntry,
  type StreamSession,
  type VolumeSource,
} from '#runtime';
import { Catalogue } from '../images/catalogue.js';
import { describe, ImageStore, imageRef } from '../images/image-store.js';
import { NODE_SIZE } from '../kernel/node-figures.js';
import { programs } from '../programs/index.js';
import { readWebHosts } from '../net/web-catalogue.js';
import { Addresses } from './addresses.js';
import { Connections } from './connections.js';
import { Containers } from './containers.js';
import type { Host } from './host.js';
import type { VirtualRuntimeOptions } from './options.js';
import { LoopbackPorts } from './loopback-ports.js';
import { Pods } from './pods.js';
import { Sandboxes } from './sandboxes.js';
import { Sessions } from './sessions.js';
import type { ThreadEvent, ThreadLink } from './thread-link.js';
import { ThreadPool } from './thread-pool.js';
import { Volumes } from './volumes.js';

/** Pods in worker threads of this process, run by the kernel of kernel/. Made by createVirtualRuntime(). */
export class VirtualRuntime implements ContainerRuntime {
  private readonly host: Host;
  private readonly volumes: Volumes;
  private readonly containers: Containers;
  private readonly sandboxes: Sandboxes;
  private readonly sessions: Sessions;
  private readonly connections: Connections;
  private readonly loopback: LoopbackPorts | undefined;

  constructor(options: VirtualRuntimeOptions) {
    const { clock, dataDir, nodeIp } = options;
    const pool = new ThreadPool(
      {
        clock,
        threads: options.threads ?? Math.max(1, availableParallelism() - 1),
        seed: options.seed ?? 1,
        web: readWebHosts(options.webHosts ?? []),
        node: options.node ?? NODE_SIZE,
        persistAfterMs: options.persistAfterMs ?? 3000,
        stallAfterMs: options.stallAfterMs ?? 10_000,
      },
      { message: (thread, message) => this.receive(thread, message), lost: (thread, why) => this.threadLost(thread, why) },
    );
    const catalogue = new Catalogue([...(options.catalogues ?? []), fileURLToPath(new URL('../images/catalogue', import.meta.url))], Object.keys(programs));
    this.host = {
      clock,
      dataDir,
      nodeIp,
      pool,
      pods: new Pods(clock),
      addresses: new Addresses(options.podCidr ?? '10.244.0.0/16'),
      images: new ImageStore(catalogue, clock, options.pullSpeed ?? 2e9, options.seed ?? 1),
      events: new EventQueue(),
      warn: options.warn ?? (() => undefined),
    };
    this.volumes = new Volumes(this.host, options.hostPaths ?? []);
    this.sessions = new Sessions(this.host);
    this.containers = new Containers(this.host, this.volumes, this.sessions);
    this.connections = new Connections(this.host, options.connectRemote);
    this.sandboxes = new Sandboxes(this.host, this.volumes, this.containers, this.connections.node);
    if (options.loopbackPorts) this.loopback = new LoopbackPorts(this.connections.node, nodeIp, clock, this.host.warn);
  }

  /** Starts the threads and finds what is on disk. Once, before all else. */
  async start(): Promise<void> {
    await Promise.all([this.volumes.start(), this.host.pool.start()]);
  }

  async version(): Promise<{ runtimeName: string; runtimeVersion: string; runtimeApiVersion: string }> {
    return { runtimeName: 'virtual', runtimeVersion: '0.1.0', runtimeApiVersion: 'v1' };
  }

  async runPodSandbox(config: PodSandboxConfig): Promise<string> {
    return this.sandboxes.run(config);
  }
  async stopPodSandbox(sandboxId: string): Promise<void> {
    return this.sandboxes.stop(sandboxId);
  }
  async removePodSandbox(sandboxId: string): Promise<void> {
    return this.sandboxes.remove(sandboxId);
  }
  async listPodSandboxes(filter?: { podUid?: string }): Promise<PodSandbox[]> {
    return this.sandboxes.list(filter?.podUid);
  }

  async createContainer(sandboxId: string, config: ContainerConfig): Promise<string> {
    return this.containers.create(sandboxId, config);
  }
  async startContainer(containerId: string): Promise<void> {
    return this.containers.start(containerId);
  }
  async stopContainer(containerId: string, graceMs: number): Promise<void> {
    return this.containers.stop(containerId, graceMs);
  }
  async removeContainer(containerId: string): Promise<void> {
    this.containers.remove(containerId);
  }
  async listContainers(filter?: { podUid?: string }): Promise<RuntimeContainer[]> {
    return this.containers.list(filter?.podUid);
  }
  async containerUsage(containerId: string): Promise<{ rootfsBytes: number; logBytes: number }> {
    return this.containers.usage(containerId);
  }
  async updateContainerResources(containerId: string, resources: ContainerConfig['resources']): Promise<void> {
    return this.containers.updateResources(containerId, resources);
  }
  async reopenContainerLog(containerId: string): Promise<void> {
    return this.containers.reopenLog(containerId);
  }

  async execSync(containerId: string, command: string[], timeoutMs: number): Promise<ExecSyncResult> {
    return this.sessions.execSync(containerId, command, timeoutMs);
  }
  async exec(
    containerId: string,
    request: { command: string[]; tty: boolean; stdin: boolean; stdout: boolean; stderr: boolean },
  ): Promise<StreamSession> {
    return this.sessions.exec(containerId, request);
  }
  async attach(containerId: string, request: { tty: boolean; stdin: boolean; stdout: boolean; stderr: boolean }): Promise<StreamSession> {
    return this.sessions.attach(containerId, request);
  }
  async dial(sandboxId: string, port: number, to?: 'address' | 'localhost'): Promise<Duplex> {
    return this.connections.dial(sandboxId, port, to);
  }
  /** A connection from a pod of another node to an address of this one: the other end of the option connectRemote. */
  async acceptRemote(target: { ip: string; port: number; fromIp: string }): Promise<Duplex> {
    return this.connections.acceptRemote(target);
  }

  async imageStatus({ image }: ImageSpec): Promise<Image | undefined> {
    const found = this.host.images.get(image);
    return found && describe(found);
  }
  async pullImage({ image }: ImageSpec): Promise<string> {
    return imageRef(await this.host.images.pull(image));
  }
  async listImages(): Promise<Image[]> {
    return this.host.images.list();
  }
  async removeImage({ image }: ImageSpec): Promise<void> {
    this.host.images.remove(image);
  }

  async prepareVolume(podUid: string, volumeName: string, source: VolumeSource): Promise<string> {
    return this.volumes.prepare(podUid, volumeName, source);
  }
  async updateVolume(podUid: string, volumeName: string, source: VolumeSource): Promise<void> {
    this.volumes.update(podUid, volumeName, source);
  }
  async volumeUsage(podUid: string, volumeName: string): Promise<{ bytes: number }> {
    return this.volumes.usage(podUid, volumeName);
  }
  async removeVolumes(podUid: string): Promise<void> {
    return this.volumes.removeAll(podUid);
  }
  async listVolumes(): Promise<{ podUid: string; volumeName: string }[]> {
    return this.volumes.list();
  }

  setServices(services: ServiceEntry[]): void {
    this.host.pool.setServices(services);
    this.connections.node.setServices(services);
  }
  async setClock(podUids: string[], clock: PodClockRow): Promise<void> {
    this.sandboxes.setClock(podUids, clock);
  }

  async atRest(podUids: string[]): Promise<PodsAtRest> {
    return this.sandboxes.atRest(podUids);
  }

  events(): AsyncIterable<RuntimeEvent> {
    return this.host.events;
  }

  /** Saves emptyDirs and ends all pods. */
  async close(): Promise<void> {
    this.loopback?.close();
    await this.host.pool.close();
    for (const thread of this.host.pool.threads()) this.connections.lost(thread);
    this.containers.closed();
    this.host.events.close();
  }

  /** For tests of what a lost thread does to its pods: the pod's thread hangs, or dies of an error. */
  fault(podUid: string, fault: 'stall' | 'die'): void {
    this.host.pods.byUid.get(podUid)?.thread?.send({ type: 'fault', fault });
  }

  private receive(thread: ThreadLink, message: ThreadEvent): void {
    switch (message.type) {
      case 'output':
        return this.sessions.output(message.of, message.stream, message.data, () =>
          thread.send({ type: 'credit', of: message.of, bytes: message.data.length }),
        );
      case 'exit': {
        const exitCode = message.signal > 0 ? 128 + message.signal : message.code;
        if (!this.sessions.execExited(message.of, exitCode)) this.containers.exited(message.of, { exitCode, oom: message.oom, at: message.at, message: message.message });
        return;
      }
      case 'sandbox-dead':
        return this.sandboxes.died(message.sandboxId);
      case 'credit':
        this.sessions.credit(message.of, message.bytes);
        return this.connections.handle(thread, message);
      case 'persisted':
        return this.volumes.persisted(message.volumeId);
      case 'fault':
      case 'warning':
        return this.host.warn(message.message);
      default:
        return this.connections.handle(thread, message);
    }
  }

  /** A node reboot for the pods of the thread: all of it ends at once; emptyDirs that are on disk come back with the next sandbox. */
  private threadLost(thread: ThreadLink, why: string): void {
    const pods = [...this.host.pods.byUid.values()].filter((pod) => pod.thread === thread);
    this.host.warn(`thread ${thread.index} of the virtual runtime is lost, and ${pods.length} pods with it: ${why}`);
    for (const pod of pods) {
      pod.thread = undefined;
      for (const sandbox of pod.sandboxes) this.sandboxes.lost(sandbox);
    }
    this.connections.lost(thread);
  }
}

/** Starts the virtual runtime: its threads are up when this resolves. */
export async function createVirtualRuntime(options: VirtualRuntimeOptions): Promise<VirtualRuntime> {
  const runtime = new VirtualRuntime(options);
  try {
    await runtime.start();
  } catch (error) {
    await runtime.close();
    throw error;
  }
  return runtime;
}
