/** What stands between a container that wants to be started and its start: its last exit's report, back-off, image, the last failure. */
import { backoffOf, withRestart } from './backoff.js';
import type { Draft } from './draft.js';
import * as events from './events.js';
import type { EventWords } from './events.js';
import { decideImage, RETRY_MS } from './images.js';
import type { ContainerView, PodView, Run } from './view.js';
import { isReported } from './view.js';

export const nextAttempt = (run: Run | undefined): number => (!run ? 0 : run.state === 'CREATED' ? run.attempt : run.attempt + 1);

/** The run whose end delays the next start. What was lost with the node did not crash; an init container in a new sandbox starts without delay. */
export function crashedRun(container: ContainerView): Run | undefined {
  const { run, active } = container;
  if (run?.state !== 'EXITED' || run.lost) return undefined;
  return container.kind === 'INIT' ? (active ? run : undefined) : run;
}

/** The container was created and has ended: it crashed, and the back-off alone says when it starts again. */
const CRASHED = new Set(['RunContainerError', 'PostStartHookError']);

/**
 * Orders the container's start, or what must come before it. Containers are started one after another: while an image is pulled or a
 * postStart hook runs, those that come later wait. Source: SyncPod and startContainer in pkg/kubelet/kuberuntime.
 */
export function start(view: PodView, container: ContainerView, draft: Draft, now: number): void {
  const { run, active } = container;
  const { observed } = view;
  if (draft.blocked || observed.hooks.length > 0) return;
  // An exit is written to the status before the next run begins: so every one is seen, and none is lost with this worker.
  if (active?.state === 'EXITED' && !isReported(view, container, active)) {
    draft.wake(now);
    return;
  }
  const crashed = crashedRun(container);
  const wait = crashed && backoffOf(draft.memo, container, crashed, now);
  if (wait) {
    tell(draft, container, `CrashLoopBackOff#${crashed.attempt}`, [events.crashBackOff(container.name, events.podText(view.pod))]);
    draft.wake(wait.until);
    return;
  }
  const attempt = nextAttempt(run);
  const image = decideImage(view, container, attempt, now);
  draft.blocked = image.do === 'wait' || image.do === 'pull';
  if (image.do === 'wait') return;
  if (image.do === 'pull') {
    draft.add({ type: 'pullImage', container: container.name, kind: container.kind, image: container.spec.image ?? '', attempt });
    return;
  }
  if (image.do === 'fail') {
    tell(draft, container, `${image.reason}#${attempt}@${image.since}`, image.events);
    draft.wake(image.retryAt);
    return;
  }
  const error = observed.startErrors[container.name];
  if (error && now < error.at + RETRY_MS && !(run?.state === 'EXITED' && CRASHED.has(error.reason))) {
    draft.wake(error.at + RETRY_MS);
    return;
  }
  if (run?.state === 'CREATED') draft.add({ type: 'removeContainer', containerId: run.id });
  for (const words of image.events) draft.event(words, container);
  draft.add({ type: 'startContainer', container: container.name, kind: container.kind, attempt });
  draft.blocked = container.spec.lifecycle?.postStart !== undefined;
  if (crashed) draft.memo = withRestart(draft.memo, container, crashed, now);
}

/** Records the events of an obstacle once: decisions are made again and again while it lasts. */
function tell(draft: Draft, container: ContainerView, obstacle: string, words: EventWords[]): void {
  if (words.length === 0 || draft.memo.told?.[container.name] === obstacle) return;
  for (const event of words) draft.event(event, container);
  draft.memo = { ...draft.memo, told: { ...draft.memo.told, [container.name]: obstacle } };
}
