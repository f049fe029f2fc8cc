import { randomBytes } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { podTime } from '#clock';
import { RuntimeError, type ContainerConfig, type RuntimeContainer } from '#runtime';
import type { ContainerInit } from '../kernel/machine.js';
import { imageRef } from '../images/image-store.js';
import type { CatalogueImage } from '../images/catalogue.js';
import type { Host } from './host.js';
import { threadOf, type ContainerRecord, type SandboxRecord } from './pods.js';
import { SIGKILL, SIGTERM, signalNumber } from './signals.js';
import type { Sessions } from './sessions.js';
import type { Volumes } from './volumes.js';

/** containerd's and runc's words around those of the kernel. */
const CREATE_FAILED =
  'failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: ' +
  'unable to start container process: error during container init: ';

/** The life of containers. */
export class Containers {
  constructor(
    private readonly host: Host,
    private readonly volumes: Volumes,
    private readonly sessions: Sessions,
  ) {}

  create(sandboxId: string, config: ContainerConfig): string {
    const { host } = this;
    const sandbox = host.pods.sandbox(sandboxId);
    if (sandbox.info.state !== 'READY') throw new RuntimeError('NOT_RUNNING', `sandbox container "${sandboxId}" is not running`);
    const image = this.image(config);
    for (const mount of config.mounts) this.volumes.locate(sandbox.pod, mount.hostPath);
    const stopSignal = config.stopSignal ? signalNumber(config.stopSignal) : SIGTERM;
    if (stopSignal === undefined) throw new RuntimeError('UNSUPPORTED', `stopSignal ${config.stopSignal}: no such signal`);
    const info: RuntimeContainer = {
      id: randomBytes(32).toString('hex'),
      sandboxId,
      metadata: config.metadata,
      image: config.image.image,
      imageRef: imageRef(image),
      state: 'CREATED',
      createdAt: sandbox.pod.clock.now(),
      startedAt: 0,
      finishedAt: 0,
      exitCode: 0,
      reason: '',
      message: '',
      labels: config.labels,
      annotations: config.annotations,
      logPath: config.logPath,
    };
    const { stdin, stdinOnce, tty } = config;
    host.pods.addContainer({ pod: sandbox.pod, sandbox, info, config, stdin, stdinOnce, tty, stopSignal, waiters: [] });
    host.events.push(sandbox.pod.uid, 'CONTAINER_CREATED', info.id);
    return info.id;
  }

  async usage(id: string): Promise<{ rootfsBytes: number; logBytes: number }> {
    const { pod, sandbox, info } = this.host.pods.container(id);
    const log = await stat(join(sandbox.logDirectory, info.logPath)).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return { size: 0 };
      throw error;
    });
    return { rootfsBytes: await threadOf(pod).askNumber({ type: 'containerBytes', containerId: id }), logBytes: log.size };
  }

  async start(id: string): Promise<void> {
    const container = this.host.pods.container(id);
    const { pod, sandbox, info, config } = container;
    if (info.state !== 'CREATED' || !config) throw new RuntimeError('NOT_RUNNING', `container "${id}" is in CONTAINER_${info.state} state`);
    if (sandbox.info.state !== 'READY') throw new RuntimeError('NOT_RUNNING', `sandbox container "${sandbox.info.id}" is not running`);
    const image = this.image(config);
    const thread = threadOf(pod);
    container.config = undefined;
    thread.provideImage(image.layer);
    const init = this.machineInit(container, config, image);
    await new Promise<void>((resolve, reject) => {
      const started = (at: number) => {
        info.state = 'RUNNING';
        info.startedAt = Math.floor(podTime(pod.clock.definition, at));
        this.host.events.push(pod.uid, 'CONTAINER_STARTED', id);
        resolve();
      };
      const failed = (cause: RuntimeError) => {
        if (cause.code !== 'START_FAILED') return reject(cause);
        const message = `${CREATE_FAILED}${cause.message}: unknown`;
        this.end(container, { exitCode: 128, reason: 'StartError', message, at: pod.clock.now() });
        reject(new RuntimeError('START_FAILED', message, { cause }));
      };
      thread.ask({ type: 'startContainer', container: init, logFile: join(sandbox.logDirectory, info.logPath) }, started, failed);
    });
  }

  async stop(id: string, graceMs: number): Promise<void> {
    const container = this.host.pods.container(id);
    const { pod, info } = container;
    if (info.state !== 'RUNNING') return;
    const signal = (number: number) => pod.thread?.send({ type: 'signalContainer', containerId: id, signal: number });
    await new Promise<void>((resolve) => {
      let cancel: () => void = () => undefined;
      container.waiters.push(() => {
        cancel();
        resolve();
      });
      if (graceMs > 0) {
        signal(container.stopSignal);
        cancel = pod.clock.at(pod.clock.now() + graceMs, () => signal(SIGKILL));
      } else signal(SIGKILL);
    });
  }

  remove(id: string): void {
    const container = this.host.pods.containers.get(id);
    if (!container) return;
    const { pod, info } = container;
    if (info.state === 'RUNNING') {
      pod.thread?.send({ type: 'signalContainer', containerId: id, signal: SIGKILL });
      this.end(container, { exitCode: 137, reason: 'Error', message: '', at: pod.clock.now() });
    }
    pod.thread?.send({ type: 'removeContainer', containerId: id });
    this.host.pods.removeContainer(container);
    this.host.events.push(pod.uid, 'CONTAINER_REMOVED', id);
  }

  list(podUid?: string): RuntimeContainer[] {
    const records = podUid === undefined ? [...this.host.pods.containers.values()].reverse() : (this.host.pods.byUid.get(podUid)?.containers ?? []);
    return records.map(({ info }) => ({ ...info }));
  }

  async updateResources(id: string, { memoryBytes, cpuMillis }: ContainerConfig['resources']): Promise<void> {
    const container = this.host.pods.container(id);
    const { pod, info, config } = container;
    if (info.state === 'EXITED') return;
    if (config) {
      const given = { ...(cpuMillis !== undefined && { cpuMillis }), ...(memoryBytes !== undefined && { memoryBytes }) };
      container.config = { ...config, resources: { ...config.resources, ...given } };
      return;
    }
    await threadOf(pod).askNumber({ type: 'updateContainer', containerId: id, memoryBytes });
  }

  reopenLog(id: string): Promise<void> {
    const container = this.host.pods.running(id);
    return new Promise((resolve, reject) => {
      threadOf(container.pod).ask({ type: 'reopenLog', containerId: id }, () => resolve(), reject);
    });
  }

  /** The thread says that the container's main process has ended. */
  exited(id: string, exit: { exitCode: number; oom: boolean; at: number; message?: string }): void {
    const container = this.host.pods.containers.get(id);
    if (!container || container.info.state === 'EXITED') return;
    if (exit.message !== undefined) container.info.terminationMessage = Buffer.from(exit.message, 'latin1').toString();
    const reason = exit.oom ? 'OOMKilled' : exit.exitCode === 0 ? 'Completed' : 'Error';
    this.end(container, { exitCode: exit.exitCode, reason, message: '', at: exit.at });
  }

  /** All that runs in the sandbox was killed. `error`: because its thread is gone. What never ran stays CREATED, as with containerd. */
  endAll(sandbox: SandboxRecord, at: number, error?: RuntimeError): void {
    for (const container of sandbox.pod.containers) {
      if (container.sandbox !== sandbox || container.info.state !== 'RUNNING') continue;
      this.end(container, { exitCode: 137, reason: 'Error', message: '', at }, error);
    }
  }

  /** The runtime is closed: whoever waits is told. */
  closed(): void {
    const error = new RuntimeError('UNAVAILABLE', 'the runtime is closed');
    for (const container of this.host.pods.containers.values()) {
      for (const waiter of container.waiters.splice(0)) waiter();
      this.sessions.containerEnded(container, error);
    }
  }

  private end(container: ContainerRecord, exit: { exitCode: number; reason: string; message: string; at: number }, error?: RuntimeError): void {
    const { info } = container;
    info.state = 'EXITED';
    info.finishedAt = exit.at;
    info.exitCode = exit.exitCode;
    info.reason = exit.reason;
    info.message = exit.message;
    this.sessions.containerEnded(container, error);
    this.host.events.push(container.pod.uid, 'CONTAINER_EXITED', info.id);
    for (const waiter of container.waiters.splice(0)) waiter();
  }

  private image(config: ContainerConfig): CatalogueImage {
    const image = this.host.images.get(config.image.image);
    if (!image) throw new RuntimeError('NOT_FOUND', `failed to resolve image "${config.image.image}": not found`);
    return image;
  }

  private machineInit(container: ContainerRecord, config: ContainerConfig, image: CatalogueImage): ContainerInit {
    const { layer } = image;
    const command = config.command.length > 0 ? config.command : layer.entrypoint;
    const args = config.args.length > 0 || config.command.length > 0 ? config.args : layer.cmd;
    const own = Object.fromEntries(config.envs.map(({ key, value }) => [key, value]));
    return {
      id: container.info.id,
      sandboxId: container.info.sandboxId,
      name: config.metadata.name,
      imageId: layer.id,
      argv: [...command, ...args],
      env: { ...layer.env, HOSTNAME: container.sandbox.hostname, ...(config.tty && { TERM: 'xterm' }), ...own },
      workingDir: config.workingDir || layer.workingDir,
      mounts: config.mounts.map((mount) => {
        const { volumeId, subPath, copied } = this.volumes.locate(container.pod, mount.hostPath);
        return { volumeId, subPath, path: mount.containerPath, readonly: mount.readonly || copied };
      }),
      uid: config.runAsUser ?? image.uid,
      gid: config.runAsGroup ?? (config.runAsUser === undefined ? image.gid : 0),
      ...(config.supplementalGroups && { groups: config.supplementalGroups }),
      tty: config.tty,
      stdin: config.stdin,
      ...(config.resources.memoryBytes !== undefined && { memoryBytes: config.resources.memoryBytes }),
      readonlyRootfs: config.readonlyRootfs ?? false,
      ...(config.terminationMessagePath && { terminationMessagePath: config.terminationMessagePath }),
    };
  }
}
