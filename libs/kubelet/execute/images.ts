import { failedToPull, inspectFailed, nextBackoffMs, pulled, pulling, startFailed } from '#lifecycle';
import type { ImageState, PodAction } from '#lifecycle';
import { containersOf } from '#objects';
import { RuntimeError } from '#runtime';
import type { ContainerRuntime, Image, RuntimeContainer } from '#runtime';
import { messageOf } from '../errors.js';
import type { PodRecord } from '../pods/pod-record.js';

type PullAction = Extract<PodAction, { type: 'pullImage' }>;

/** Pulls images, and tells decisions which of a pod's images are on the node. */
export class ImagePuller {
  constructor(private readonly runtime: ContainerRuntime) {}

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
      await this.runtime.pullImage({ image });
      const size = (await this.runtime.imageStatus({ image }))?.size ?? 0;
      const took = record.clock.now() - from;
      record.images.delete(image);
      record.pulled[container] = attempt;
      record.event(pulled(image, took, took, size), pull);
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
}
