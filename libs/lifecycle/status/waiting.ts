/** Why a container that is to be started does not run: the waiting state's reason and message (the kubelet's reason cache, made a function). */
import type { ContainerState } from '#objects';
import { goDuration } from '#objects';
import { backoffOf } from '../backoff.js';
import { podText } from '../events.js';
import { decideImage } from '../images.js';
import { crashedRun, nextAttempt } from '../start.js';
import type { ContainerView, PodView } from '../view.js';
import { isReported } from '../view.js';

export type Waiting = NonNullable<ContainerState['waiting']>;

/** Reasons that say no more than "not yet". */
export const ORDINARY = new Set(['ContainerCreating', 'PodInitializing']);

export const ordinaryWaiting = (view: PodView): Waiting => ({ reason: view.pod.spec.initContainers?.length ? 'PodInitializing' : 'ContainerCreating' });

/** What keeps `container`, which wants to be started now, from running; undefined: nothing that is known. */
export function obstacle(view: PodView, container: ContainerView, now: number): Waiting | undefined {
  const crashed = crashedRun(container);
  const { active, status } = container;
  const error = view.observed.startErrors[container.name];
  if (active?.state === 'EXITED' && !isReported(view, container, active)) return error && waiting(error);
  const wait = crashed && backoffOf(view.observed.memo, container, crashed, now);
  if (wait) {
    const message = `back-off ${goDuration(wait.delayMs)} restarting failed container=${container.name} pod=${podText(view.pod)}`;
    return { reason: 'CrashLoopBackOff', message };
  }
  const image = decideImage(view, container, nextAttempt(container.run), now);
  if (image.do === 'fail') return waiting(image);
  if (error) return waiting(error);
  // While it is being pulled or about to be started, what was in the way before goes on being shown.
  const before = status?.state?.waiting;
  return before?.reason && !ORDINARY.has(before.reason) ? before : undefined;
}

const waiting = ({ reason, message }: { reason: string; message: string }): Waiting => ({ reason, ...(message && { message }) });
