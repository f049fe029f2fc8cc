import { chmod, mkdir, open, writeFile } from 'node:fs/promises';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { sleep } from '#clock';
import { RuntimeError, TERMINATION_MESSAGE_BYTES, type ContainerConfig, type ContainerStateName, type RuntimeContainer } from '#runtime';
import type { CriContainer, CriContainerStatus } from '../grpc/messages.js';
import type { Host } from '../host.js';
import type { Images } from './images.js';
import { criContainerConfig, criResources } from './container-config.js';
import { byPod, IMAGE, LOG_PATH, millis, newestFirst, POD_UID, STOP_SIGNAL, TTY, withoutOurs } from './labels.js';
import { unlessGone } from './unless-gone.js';
import type { Sandboxes } from './sandboxes.js';

/** How often a container is looked at that got a stop signal of its own. */
const LOOK_MS = 20;

/** The life of containers. */
export class Containers {
  /** What CRI said last of those that run or have ended: it does not change until their state does. */
  private readonly statuses = new Map<string, CriContainerStatus>();
  /** What those that have ended left behind. */
  private readonly messages = new Map<string, string>();

  constructor(
    private readonly host: Host,
    private readonly sandboxes: Sandboxes,
    private readonly images: Images,
  ) {}

  async create(sandboxId: string, config: ContainerConfig): Promise<string> {
    const { client, known } = this.host;
    if (config.stopSignal && !signalNumber(config.stopSignal)) throw new RuntimeError('UNSUPPORTED', `stopSignal ${config.stopSignal}: no such signal`);
    const { config: sandboxConfig, hosts } = await this.sandboxes.facts(sandboxId);
    const imageUid = config.runAsGroup === undefined ? 0 : ((await this.images.status(config.image))?.uid ?? 0);
    await mkdir(dirname(join(sandboxConfig.logDirectory, config.logPath)), { recursive: true });
    const message = config.terminationMessagePath ? this.messageFile(sandboxId, config.metadata) : undefined;
    if (message) await makeMessageFile(message);
    const { containerId } = await client.runtime('CreateContainer', {
      podSandboxId: sandboxId,
      config: criContainerConfig(config, sandboxConfig, { hosts, message }, imageUid),
      sandboxConfig,
    });
    known.containerCreated(containerId, sandboxConfig.metadata.uid, sandboxId);
    return containerId;
  }

  async start(containerId: string): Promise<void> {
    const { client, known } = this.host;
    const starting = client.runtime('StartContainer', { containerId });
    const container = known.containers.get(containerId);
    const told = starting.then(
      () => known.containerStarted(containerId),
      (error: unknown) => {
        if (error instanceof RuntimeError && error.code === 'START_FAILED') known.containerExited(containerId);
      },
    );
    if (container) container.starting = told;
    await told;
    await starting;
  }

  async stop(containerId: string, graceMs: number): Promise<void> {
    const { client, known } = this.host;
    const rest = graceMs > 0 ? await this.sendOwnSignal(containerId, graceMs) : 0;
    await unlessGone(this.host, () => client.runtime('StopContainer', { containerId, timeout: Math.ceil(rest / 1000) }));
    known.containerExited(containerId);
  }

  async remove(containerId: string): Promise<void> {
    await unlessGone(this.host, () => this.host.client.runtime('RemoveContainer', { containerId }));
    this.statuses.delete(containerId);
    this.messages.delete(containerId);
    this.host.known.containerRemoved(containerId);
  }

  async list(podUid: string | undefined): Promise<RuntimeContainer[]> {
    const { containers } = await this.host.client.runtime('ListContainers', { filter: byPod(podUid) });
    const ours = containers.filter(({ labels }) => labels[POD_UID] !== undefined).sort(newestFirst);
    const listed = await Promise.all(ours.map((container) => this.describe(container)));
    return listed.filter((container) => container !== undefined);
  }

  async updateResources(containerId: string, resources: ContainerConfig['resources']): Promise<void> {
    await this.host.client.runtime('UpdateContainerResources', { containerId, linux: criResources(resources) });
  }

  async reopenLog(containerId: string): Promise<void> {
    await this.host.client.runtime('ReopenContainerLog', { containerId });
  }

  /** @throws RuntimeError NOT_FOUND */
  async status(containerId: string): Promise<CriContainerStatus> {
    return (await this.host.client.runtime('ContainerStatus', { containerId, verbose: false })).status;
  }

  /** @throws RuntimeError NOT_FOUND, NOT_RUNNING */
  async mustRun(containerId: string): Promise<void> {
    const { state } = await this.status(containerId);
    if (state !== 'CONTAINER_RUNNING') throw new RuntimeError('NOT_RUNNING', `container "${containerId}" is in ${state} state`);
  }

  /** Whether its process has a terminal. */
  async hasTerminal(containerId: string): Promise<boolean> {
    const { containers } = await this.host.client.runtime('ListContainers', { filter: byPod(this.host.known.containers.get(containerId)?.podUid) });
    return containers.find(({ id }) => id === containerId)?.annotations[TTY] === 'true';
  }

  private async describe(container: CriContainer): Promise<RuntimeContainer | undefined> {
    const { id, podSandboxId, metadata, imageRef, state, createdAt, labels, annotations } = container;
    let status = this.statuses.get(id);
    if (state === 'CONTAINER_CREATED') status = undefined;
    else if (status?.state !== state) {
      try {
        status = await this.status(id);
      } catch (error) {
        if (error instanceof RuntimeError && error.code === 'NOT_FOUND') return undefined; // Removed since it was listed.
        throw error;
      }
      this.statuses.set(id, status);
    }
    // It may have ended between the list and the status.
    const now = status?.state ?? state;
    if (now === 'CONTAINER_EXITED' && !this.messages.has(id)) this.messages.set(id, await readMessage(this.messageFile(podSandboxId, metadata)));
    const terminationMessage = this.messages.get(id);
    const name = now.slice('CONTAINER_'.length) as ContainerStateName;
    return {
      id,
      sandboxId: podSandboxId,
      metadata,
      image: annotations[IMAGE] ?? '',
      imageRef,
      state: name,
      createdAt: millis(createdAt),
      startedAt: millis(status?.startedAt ?? 0),
      finishedAt: millis(status?.finishedAt ?? 0),
      exitCode: status?.exitCode ?? 0,
      reason: status?.reason ?? '',
      message: status?.message ?? '',
      ...(terminationMessage && { terminationMessage }),
      labels: withoutOurs(labels),
      annotations: withoutOurs(annotations),
      logPath: annotations[LOG_PATH] ?? '',
    };
  }

  /** Goes with the sandbox's folder. */
  private messageFile(sandboxId: string, { name, attempt }: { name: string; attempt: number }): string {
    return join(this.sandboxes.folder(sandboxId), 'messages', `${name}-${attempt}`);
  }

  /**
   * A stop signal that the container was given instead of its image's: CRI learnt of it only lately, so it is sent from here to the
   * container's process. Returns what is left of the grace time.
   */
  private async sendOwnSignal(containerId: string, graceMs: number): Promise<number> {
    const { client, clock, known } = this.host;
    const { containers } = await client.runtime('ListContainers', { filter: byPod(known.containers.get(containerId)?.podUid) });
    const signal = containers.find(({ id }) => id === containerId)?.annotations[STOP_SIGNAL];
    if (signal === undefined) return graceMs;
    const { status, info } = await client.runtime('ContainerStatus', { containerId, verbose: true });
    const { pid } = JSON.parse(info.info ?? '{}') as { pid?: number };
    if (status.state !== 'CONTAINER_RUNNING' || !pid) return 0;
    if (!sent(pid, signal)) return 0;
    const until = clock.now() + graceMs;
    while (clock.now() < until && (await this.status(containerId)).state === 'CONTAINER_RUNNING') await sleep(clock, LOOK_MS);
    return 0;
  }
}

/** Whether the process was still there. */
function sent(pid: number, signal: string): boolean {
  try {
    return process.kill(pid, signalNumber(signal));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}

const signalNumber = (name: string): number | undefined => (constants.signals as Record<string, number>)[name];

async function makeMessageFile(path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, '');
  await chmod(path, 0o666);
}

/** '' where nothing was left. */
async function readMessage(path: string): Promise<string> {
  const file = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (!file) return '';
  try {
    const { size } = await file.stat();
    const length = Math.min(size, TERMINATION_MESSAGE_BYTES);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, size - length);
    return buffer.subarray(0, bytesRead).toString();
  } finally {
    await file.close();
  }
}
