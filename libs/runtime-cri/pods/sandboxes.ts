import { mkdir, readdir, rm, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PodClockRow } from '#clock';
import { RuntimeError, type PodSandbox, type PodSandboxConfig } from '#runtime';
import type { CriPodSandboxConfig } from '../grpc/messages.js';
import type { Host } from '../host.js';
import { hostsFile } from './hosts-file.js';
import { byPod, CONFIG, newestFirst, POD_UID, withoutOurs } from './labels.js';
import { unlessGone } from './unless-gone.js';

const CGROUPS = '/sys/fs/cgroup';

/** A sandbox as its containers need it. */
export interface SandboxFacts {
  config: CriPodSandboxConfig;
  /** To be mounted at /etc/hosts: CRI would give each container a copy of the machine's. */
  hosts: string;
}

/** The life of sandboxes. */
export class Sandboxes {
  private readonly ips = new Map<string, string>();
  private readonly configs = new Map<string, CriPodSandboxConfig>();

  constructor(private readonly host: Host) {}

  async run(config: PodSandboxConfig): Promise<string> {
    refuseDrivenTime(config.clock);
    const { client, known } = this.host;
    const cri = this.criConfig(config);
    const { podSandboxId } = await client.runtime('RunPodSandbox', { config: cri });
    this.configs.set(podSandboxId, JSON.parse(cri.annotations[CONFIG] ?? '{}') as CriPodSandboxConfig);
    try {
      const folder = this.folder(podSandboxId);
      const [ip] = await Promise.all([this.ip(podSandboxId), mkdir(folder, { recursive: true })]);
      await writeFile(join(folder, 'hosts'), hostsFile(config, ip));
    } catch (error) {
      await this.remove(podSandboxId);
      throw error;
    }
    known.sandboxReady(podSandboxId, config.metadata.uid);
    return podSandboxId;
  }

  async stop(podSandboxId: string): Promise<void> {
    await unlessGone(this.host, () => this.host.client.runtime('StopPodSandbox', { podSandboxId }));
    this.host.known.sandboxStopped(podSandboxId);
  }

  async remove(podSandboxId: string): Promise<void> {
    const cgroup = await this.cgroupOf(podSandboxId);
    await unlessGone(this.host, () => this.host.client.runtime('RemovePodSandbox', { podSandboxId }));
    await rm(this.folder(podSandboxId), { recursive: true, force: true });
    if (cgroup) await removeCgroup(cgroup);
    this.ips.delete(podSandboxId);
    this.configs.delete(podSandboxId);
    this.host.known.sandboxRemoved(podSandboxId);
  }

  async list(podUid: string | undefined): Promise<PodSandbox[]> {
    const { items } = await this.host.client.runtime('ListPodSandbox', { filter: byPod(podUid) });
    const ours = items.filter(({ labels }) => labels[POD_UID] !== undefined);
    const sandboxes = await Promise.all(
      ours.map(async ({ id, metadata, state, createdAt, labels, annotations }): Promise<PodSandbox> => {
        const { name, namespace, uid, attempt } = metadata;
        return {
          id,
          metadata: { namespace, name, uid, attempt },
          state: state === 'SANDBOX_READY' ? 'READY' : 'NOTREADY',
          createdAt: createdAt / 1e6,
          ip: state === 'SANDBOX_READY' ? await this.ip(id) : (this.ips.get(id) ?? ''),
          labels: withoutOurs(labels),
          annotations: withoutOurs(annotations),
        };
      }),
    );
    return sandboxes.sort(newestFirst).map((sandbox) => ({ ...sandbox, createdAt: Math.floor(sandbox.createdAt) }));
  }

  /** Removes what is kept here of sandboxes that are gone: containerd may have been made anew since. */
  async removeStrays(): Promise<void> {
    const parent = this.folder('');
    await mkdir(parent, { recursive: true });
    const { items } = await this.host.client.runtime('ListPodSandbox', { filter: byPod(undefined) });
    const present = new Set(items.map(({ id }) => id));
    for (const id of await readdir(parent)) if (!present.has(id)) await rm(join(parent, id), { recursive: true });
  }

  /** @throws RuntimeError NOT_FOUND */
  async facts(podSandboxId: string): Promise<SandboxFacts> {
    let config = this.configs.get(podSandboxId);
    if (!config) {
      // Made by a process before this one.
      const { status } = await this.host.client.runtime('PodSandboxStatus', { podSandboxId });
      config = JSON.parse(status.annotations[CONFIG] ?? '{}') as CriPodSandboxConfig;
      this.configs.set(podSandboxId, config);
    }
    return { config, hosts: join(this.folder(podSandboxId), 'hosts') };
  }

  /** Where its servers are reached from the pods' network. @throws RuntimeError NOT_RUNNING */
  async address(podSandboxId: string): Promise<string> {
    const { status } = await this.host.client.runtime('PodSandboxStatus', { podSandboxId });
    if (status.state !== 'SANDBOX_READY') throw new RuntimeError('NOT_RUNNING', `sandbox "${podSandboxId}" is not running`);
    return status.network?.ip || '127.0.0.1';
  }

  private criConfig(config: PodSandboxConfig): CriPodSandboxConfig {
    const { metadata, hostname, logDirectory, dns, portMappings = [], pid, network } = config;
    const { cgroup } = this.host;
    const bare: CriPodSandboxConfig = {
      metadata,
      hostname,
      logDirectory,
      dnsConfig: dns,
      portMappings,
      labels: {},
      annotations: {},
      linux: {
        cgroupParent: cgroup ? `${cgroup}/pod${metadata.uid}` : '',
        securityContext: { namespaceOptions: { network, pid, ipc: 'POD' } },
      },
    };
    return {
      ...bare,
      labels: { ...config.labels, [POD_UID]: metadata.uid },
      annotations: { ...config.annotations, [CONFIG]: JSON.stringify(bare) },
    };
  }

  private async ip(podSandboxId: string): Promise<string> {
    let ip = this.ips.get(podSandboxId);
    if (ip === undefined) {
      ip = (await this.host.client.runtime('PodSandboxStatus', { podSandboxId })).status.network?.ip ?? '';
      this.ips.set(podSandboxId, ip);
    }
    return ip;
  }

  private async cgroupOf(podSandboxId: string): Promise<string | undefined> {
    try {
      return (await this.facts(podSandboxId)).config.linux?.cgroupParent || undefined;
    } catch (error) {
      if (error instanceof RuntimeError && error.code === 'NOT_FOUND') return undefined;
      throw error;
    }
  }

  folder(podSandboxId: string): string {
    return join(this.host.dataDir, 'sandboxes', podSandboxId);
  }
}

/** containerd leaves a pod's cgroup behind when the last container in it is gone. */
async function removeCgroup(cgroup: string): Promise<void> {
  const hierarchies = ['.', ...(await readdir(CGROUPS))];
  await Promise.all(
    hierarchies.map((hierarchy) =>
      rmdir(join(CGROUPS, hierarchy, cgroup)).catch((error: NodeJS.ErrnoException) => {
        // Not in this hierarchy, or the pod's next sandbox is in it already.
        if (!['ENOENT', 'ENOTDIR', 'EBUSY', 'ENOTEMPTY'].includes(error.code ?? '')) throw error;
      }),
    ),
  );
}

/** Real containers live in real time. @throws RuntimeError UNSUPPORTED */
export function refuseDrivenTime({ realBase, virtualBase, rate, paused }: PodClockRow): void {
  if (rate === 1 && !paused && realBase === virtualBase) return;
  throw new RuntimeError('UNSUPPORTED', 'the cri runtime runs real containers, whose time cannot be moved, paused or sped up: use a node with the virtual runtime');
}
