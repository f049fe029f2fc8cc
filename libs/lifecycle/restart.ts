/** Which containers are started anew after they ended. Source: pkg/kubelet/container/helpers.go, pkg/api/v1/pod/util.go (ContainerShouldRestart). */
import type { ContainerView, PodView, Run } from './view.js';

export const IGNORE_INIT_IMAGE_CHANGE = 'podbox.dev/init-image-change';

export const succeeded = (run: Run | undefined): boolean => run?.state === 'EXITED' && run.exitCode === 0;
export const failed = (run: Run | undefined): boolean => run?.state === 'EXITED' && run.exitCode !== 0;

/** The image in the spec is another than the one that ran. */
export const imageChanged = (container: ContainerView): boolean =>
  container.run !== undefined && container.run.image !== '' && container.run.image !== container.spec.image;

/**
 * An init container's image was changed after it ran: the pod is restarted as a whole (as Kubernetes 1.5 did, and the seed
 * documents say), unless the pod's annotation podbox.dev/init-image-change is "ignore".
 */
export function initImageChanged(view: PodView): boolean {
  if (view.pod.metadata.annotations?.[IGNORE_INIT_IMAGE_CHANGE] === 'ignore') return false;
  return view.init.some((container) => container.kind === 'INIT' && imageChanged(container));
}

/** The pod is being restarted because of that: its containers run anew, whatever their restart policy, once in the new sandbox. */
function runsAnew(view: PodView, container: ContainerView): boolean {
  const inNewSandbox = view.newest !== undefined && view.observed.memo.anewAttempt === view.newest.metadata.attempt;
  return initImageChanged(view) || (inNewSandbox && !container.active);
}

/** Whether a run that ended so is followed by another. */
export function restartsAfter(view: PodView, container: ContainerView, run: Run): boolean {
  if (container.kind === 'EPHEMERAL') return false;
  if (container.kind === 'SIDECAR') return true;
  for (const rule of container.spec.restartPolicyRules ?? []) {
    const listed = rule.exitCodes?.values?.includes(run.exitCode) ?? false;
    if (rule.exitCodes && (rule.exitCodes.operator === 'In' ? listed : !listed)) return rule.action === 'Restart';
  }
  const policy = container.spec.restartPolicy ?? view.pod.spec.restartPolicy ?? 'Always';
  // An init container is done when it succeeded, also under Always.
  if (container.kind === 'INIT' && run.exitCode === 0) return false;
  return policy === 'Always' || (policy === 'OnFailure' && run.exitCode !== 0);
}

/**
 * Whether the container wants to be (re)started: it never ran, or its end asks for it. A changed image does too, whatever the
 * policy: that is how an app container comes back after its image was replaced under Never.
 */
export function wantsStart(view: PodView, container: ContainerView): boolean {
  const { run } = container;
  if (!run || run.state === 'CREATED') return true;
  if (run.state === 'RUNNING') return false;
  if (view.observed.memo.resize?.restarting?.[container.name] === run.id) return true;
  return restartsAfter(view, container, run) || (container.kind === 'APP' && (imageChanged(container) || runsAnew(view, container)));
}

/**
 * Whether a pod without a usable sandbox gets a new one. Not when a container failed for good (under Never: a lost one counts as
 * failed), and not when all there was to run has run. Source: computePodActions, the branch for a changed sandbox.
 */
export function wantsSandbox(view: PodView): boolean {
  if (initImageChanged(view)) return true;
  const runs = [...view.init, ...view.apps].filter((container) => container.run);
  if (runs.length === 0) return true;
  if (runs.some((container) => failed(container.run) && !restartsAfter(view, container, container.run!))) {
    return view.apps.some((container) => container.run && wantsStart(view, container));
  }
  return view.apps.some((container) => wantsStart(view, container));
}
