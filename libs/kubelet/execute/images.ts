import { failedToPull, inspectFailed, missingPullSecrets, nextBackoffMs, pulled, pulling, startFailed } from '#lifecycle';
import type { ImageState, PodAction } from '#lifecycle';
import { containersOf } from '#objects';
import type { Secret } from '#objects';
import { RuntimeError } from '#runtime';
import type { ContainerRuntime, Image, RuntimeContainer } from '#runtime';
import type { Store } from '#store';
import { KubeletError, messageOf } from '../errors.js';
import type { PodRecord } from '../pods/pod-record.js';
import { readConfigObjects } from './config-objects.js';
import { credentialsFor } from './pull-secrets.js';
import type { Credentials } from './pull-secrets.js';
import { PullTurns } from './pull-turns.js';

type PullAction = Extract<PodAction, { type: 'pullImage' }>;

/** Pulls images, and tells decisions which of a pod's images are on the node. */
export class ImagePuller {
  private readonly turns: PullTurns;

  constructor(
    private readonly runtime: ContainerRuntime,
    private readonly store: Store,
    maxParallel: number,
  ) {
    this.turns = new PullTurns(maxParallel);
  }

  /** By image name as written. What a running container uses need not be asked for. */
  async states(record: PodRecord, containers: RuntimeContainer[]): Promise<Record<string, ImageState>> {
    const states: Record<string, ImageState> = {};
    for (const { container } of containersOf(record.pod.spec)) {
      const image = container.image ?? '';
      if (states[image]) continue;
      const running = containers.find((one) => one.metadata.name === container.name && one.state === 'RUNNING' && one.image === image);
      const known = record.images.get(image)?.state;
      if (known) states[image] = known;
      else if (running) states[image] = { state: 'present', ref: running.imageRef };
      else {
        const found = await this.onNode(image);
        states[image] = found ? { state: 'present', ref: found.id } : { state: 'unknown' };
      }
    }
    return states;
  }

  /** What is no name at all is on no node: the decision says what is wrong with it. */
  private async onNode(image: string): Promise<Image | undefined> {
    try {
      return await this.runtime.imageStatus({ image });
    } catch (error) {
      if (error instanceof RuntimeError && error.code === 'INVALID_IMAGE_NAME') return undefined;
      throw error;
    }
  }

  /** Begins a pull; `done` when it has ended either way. */
  begin(record: PodRecord, pull: PullAction, done: () => void): void {
    const before = record.images.get(pull.image);
    if (before?.state.state === 'pulling') return;
    record.images.set(pull.image, { state: { state: 'pulling' }, delayMs: before?.delayMs });
    record.event(pulling(pull.image), pull);
    void this.pull(record, pull, before?.delayMs).then(done);
  }

  private async pull(record: PodRecord, pull: PullAction, lastDelayMs: number | undefined): Promise<void> {
    const { image, container, attempt } = pull;
    const from = record.clock.now();
    try {
      const secrets = await this.secrets(record);
      const leave = await this.turns.enter();
      const began = record.clock.now();
      try {
        await this.pullWith(image, credentialsFor(image, secrets));
      } finally {
        leave();
      }
      const ended = record.clock.now();
      const size = (await this.runtime.imageStatus({ image }))?.size ?? 0;
      record.images.delete(image);
      record.pulled[container] = attempt;
      record.event(pulled(image, ended - began, ended - from, size), pull);
    } catch (error) {
      const message = messageOf(error);
      const invalid = error instanceof RuntimeError && error.code === 'INVALID_IMAGE_NAME';
      const reason = invalid ? 'InvalidImageName' : 'ErrImagePull';
      const at = record.clock.now();
      const delayMs = nextBackoffMs(lastDelayMs);
      record.images.set(image, { state: { state: 'failed', reason, message, at, retryAt: at + delayMs }, delayMs });
      record.event(invalid ? inspectFailed(`Failed to apply default image tag "${image}": ${message}`) : failedToPull(image, message), pull);
      record.event(startFailed(reason), pull);
    }
  }

  /** The pod's imagePullSecrets that are there; those that are not are told of. Source: getPullSecretsForPod in pkg/kubelet. */
  private async secrets(record: PodRecord): Promise<Secret[]> {
    const names = (record.pod.spec.imagePullSecrets ?? []).flatMap(({ name }) => name || []);
    if (names.length === 0) return [];
    const { secret } = await readConfigObjects(this.store, record.namespace, { configMaps: [], secrets: names });
    const missing = names.filter((name) => !secret(name));
    if (missing.length > 0) record.event(missingPullSecrets(missing));
    return names.flatMap((name) => secret(name) ?? []);
  }

  /** With one credential after the other, or without any. */
  private async pullWith(image: string, credentials: Credentials[]): Promise<void> {
    const failures: unknown[] = [];
    for (const auth of credentials.length > 0 ? credentials : [undefined]) {
      try {
        await this.runtime.pullImage({ image }, auth);
        return;
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length === 1) throw failures[0];
    throw new KubeletError('PULL', `[${failures.map(messageOf).join(', ')}]`, { cause: failures[0] });
  }
}
