import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import type { PodClockRow } from '#clock';
import { RuntimeError } from '#runtime';
import type {
  ContainerConfig,
  ContainerRuntime,
  ExecSyncResult,
  Image,
  ImageSpec,
  PodSandbox,
  PodSandboxConfig,
  PodsAtRest,
  RuntimeContainer,
  RuntimeEvent,
  ServiceEntry,
  StreamSession,
  VolumeSource,
} from '#runtime';
import { CriClient } from './grpc/client.js';
import type { Host } from './host.js';
import { NetworkLink } from './network/network-link.js';
import type { CriRuntimeOptions } from './options.js';
import { Containers } from './pods/containers.js';
import { ExitWatch } from './pods/exit-watch.js';
import { Images } from './pods/images.js';
import { Known } from './pods/known.js';
import { refuseDrivenTime, Sandboxes } from './pods/sandboxes.js';
import { attachTo, type AttachRequest } from './sessions/attach.js';
import { execProcess, type ExecRequest } from './sessions/exec.js';
import { Limit } from './sessions/limit.js';
import { Volumes } from './volumes/volumes.js';

/** containerd 1.6 takes ten times as long for 60 ExecSyncs at once as for 8 and then 8. */
const EXEC_SYNCS = 8;

/** Pods as real containers, run by containerd over CRI. Made by createCriRuntime(). */
class CriRuntime implements ContainerRuntime {
  private readonly host: Host;
  private readonly images: Images;
  private readonly sandboxes: Sandboxes;
  private readonly containers: Containers;
  private readonly volumes: Volumes;
  private readonly exits: ExitWatch;
  private readonly execSyncs = new Limit(EXEC_SYNCS);

  constructor({ socket, netns, cgroup, clusterDns, dataDir, clock, warn = () => undefined }: CriRuntimeOptions) {
    this.host = {
      client: new CriClient(socket),
      clock,
      dataDir,
      cgroup,
      known: new Known(),
      network: new NetworkLink({ socket, netns, clusterDns, clock, warn }),
      warn,
    };
    this.images = new Images(this.host);
    this.sandboxes = new Sandboxes(this.host);
    this.containers = new Containers(this.host, this.sandboxes, this.images);
    this.volumes = new Volumes(dataDir, cgroup?.replaceAll('/', '') ?? 'podbox');
    this.exits = new ExitWatch(this.host);
  }

  /** @throws RuntimeError UNAVAILABLE */
  async start(): Promise<void> {
    // Pipes of execs whose worker is gone.
    await rm(join(this.host.dataDir, 'exec'), { recursive: true, force: true });
    await mkdir(this.host.dataDir, { recursive: true });
    await Promise.all([this.exits.start(), this.host.network.start()]);
    await this.sandboxes.removeStrays();
  }

  async version(): Promise<{ runtimeName: string; runtimeVersion: string; runtimeApiVersion: string }> {
    const { runtimeName, runtimeVersion, runtimeApiVersion } = await this.host.client.runtime('Version', { version: 'v1' });
    return { runtimeName, runtimeVersion, runtimeApiVersion };
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
    return this.containers.remove(containerId);
  }
  async listContainers(filter?: { podUid?: string }): Promise<RuntimeContainer[]> {
    return this.containers.list(filter?.podUid);
  }
  async updateContainerResources(containerId: string, resources: ContainerConfig['resources']): Promise<void> {
    return this.containers.updateResources(containerId, resources);
  }
  async reopenContainerLog(containerId: string): Promise<void> {
    return this.containers.reopenLog(containerId);
  }

  async execSync(containerId: string, command: string[], timeoutMs: number): Promise<ExecSyncResult> {
    // CRI counts in seconds.
    const request = { containerId, cmd: command, timeout: Math.ceil(timeoutMs / 1000) };
    const { stdout, stderr, exitCode } = await this.execSyncs.run(() => this.host.client.runtime('ExecSync', request));
    return { stdout, stderr, exitCode };
  }
  async exec(containerId: string, request: ExecRequest): Promise<StreamSession> {
    await this.containers.mustRun(containerId);
    return execProcess(this.host, containerId, request);
  }
  async attach(containerId: string, request: AttachRequest): Promise<StreamSession> {
    await this.containers.mustRun(containerId);
    return attachTo(this.host, this.containers, containerId, { ...request, tty: await this.containers.hasTerminal(containerId) });
  }
  async containerUsage(): Promise<{ rootfsBytes: number; logBytes: number }> {
    throw new RuntimeError('UNSUPPORTED', 'the cri runtime does not measure what containers have on disk');
  }
  /** To the sandbox's address, as the kubelet's probes connect: a server that listens on 127.0.0.1 alone is not reached. */
  async dial(sandboxId: string, port: number): Promise<Duplex> {
    return this.host.network.connect(await this.sandboxes.address(sandboxId), port);
  }

  async imageStatus(image: ImageSpec): Promise<Image | undefined> {
    return this.images.status(image);
  }
  async pullImage(image: ImageSpec, auth?: { username: string; password: string }): Promise<string> {
    return this.images.pull(image, auth);
  }
  async listImages(): Promise<Image[]> {
    return this.images.list();
  }
  async removeImage(image: ImageSpec): Promise<void> {
    return this.images.remove(image);
  }

  async prepareVolume(podUid: string, volumeName: string, source: VolumeSource): Promise<string> {
    return this.volumes.prepare(podUid, volumeName, source);
  }
  async updateVolume(podUid: string, volumeName: string, source: VolumeSource): Promise<void> {
    return this.volumes.update(podUid, volumeName, source);
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
    this.host.network.setServices(services);
  }
  async setClock(_podUids: string[], clock: PodClockRow): Promise<void> {
    refuseDrivenTime(clock);
  }

  async atRest(): Promise<PodsAtRest> {
    throw new RuntimeError('UNSUPPORTED', 'the cri runtime runs real containers: they are at rest when they please');
  }

  events(): AsyncIterable<RuntimeEvent> {
    return this.host.known.events;
  }

  /** Leaves all pods running: the next runtime on this containerd finds them in its lists. */
  async close(): Promise<void> {
    this.exits.stop();
    await this.host.network.close();
    this.host.client.close();
    this.host.known.events.close();
  }
}

/** Connects to containerd and finds what runs there. @throws RuntimeError UNAVAILABLE */
export async function createCriRuntime(options: CriRuntimeOptions): Promise<ContainerRuntime> {
  const runtime = new CriRuntime(options);
  try {
    await runtime.start();
  } catch (error) {
    await runtime.close();
    throw error;
  }
  return runtime;
}
