/** Whether a container's image is there to start from, and if not, what stands in the way. Source: pkg/kubelet/images/image_manager.go. */
import { defaultPullPolicy, ImageReferenceError, parseImageReference } from '#objects';
import * as events from './events.js';
import type { EventWords } from './events.js';
import type { ContainerView, PodView } from './view.js';

/** After a failed pull the container shows ErrImagePull this long, then ImagePullBackOff: about what the kubelet takes to its next sync. */
export const ERR_IMAGE_PULL_MS = 1_000;
/** How often the kubelet tries again to start what failed for another reason than a pull or a crash. */
export const RETRY_MS = 10_000;

export type ImageDecision =
  /** `events`: to be recorded when the container is started from it. */
  | { do: 'start'; events: EventWords[] }
  | { do: 'pull' }
  /** A pull is under way. */
  | { do: 'wait' }
  /** `reason` and `message` of the waiting state; `events` when it enters this state; `since`: tells one failure from the next; `retryAt`: when to look again. */
  | { do: 'fail'; reason: string; message: string; events: EventWords[]; since: number; retryAt: number };

export function decideImage(view: PodView, container: ContainerView, attempt: number, now: number): ImageDecision {
  const image = container.spec.image ?? '';
  const invalid = invalidName(image);
  if (invalid) return fail('InvalidImageName', invalid, [events.inspectFailed(invalid)], 0, now + RETRY_MS);
  const policy = container.spec.imagePullPolicy ?? defaultPullPolicy(image);
  const known = view.observed.images[image] ?? { state: 'unknown' };
  if (known.state === 'pulling') return { do: 'wait' };
  if (known.state === 'failed') return failedPull(image, known, now) ?? { do: 'pull' };
  if (known.state === 'present') {
    if (view.observed.pulled[container.name] === attempt) return { do: 'start', events: [] };
    return policy === 'Always' ? { do: 'pull' } : { do: 'start', events: [events.alreadyPresent(image)] };
  }
  if (policy !== 'Never') return { do: 'pull' };
  const words = events.neverPull(image);
  return fail('ErrImageNeverPull', words.message, [words], 0, now + RETRY_MS);
}

const fail = (reason: string, message: string, words: EventWords[], since: number, retryAt: number): ImageDecision => ({
  do: 'fail',
  reason,
  message,
  events: [...words, events.startFailed(reason)],
  since,
  retryAt,
});

function failedPull(image: string, known: { reason: string; message: string; at: number; retryAt: number }, now: number): ImageDecision | undefined {
  if (now >= known.retryAt) return undefined;
  // The executor records the events of the failure itself, with the runtime's error.
  if (now < known.at + ERR_IMAGE_PULL_MS) {
    const retryAt = Math.min(known.at + ERR_IMAGE_PULL_MS, known.retryAt);
    return { do: 'fail', reason: known.reason, message: known.message, events: [], since: known.at, retryAt };
  }
  const message = `Back-off pulling image ${JSON.stringify(image)}: ${known.reason}: ${known.message}`;
  return fail('ImagePullBackOff', message, [events.pullBackOff(image)], known.at, known.retryAt);
}

/** What is wrong with an image's name, in the kubelet's words. */
function invalidName(image: string): string | undefined {
  try {
    parseImageReference(image);
    return undefined;
  } catch (error) {
    if (!(error instanceof ImageReferenceError)) throw error;
    return `Failed to apply default image tag ${JSON.stringify(image)}: couldn't parse image name ${JSON.stringify(image)}: ${error.message}`;
  }
}
