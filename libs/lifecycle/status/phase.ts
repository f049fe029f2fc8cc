/** Source: getPhase in pkg/kubelet/kubelet_pods.go. */
import type { ContainerStatus } from '#objects';
import { initProgress } from '../init.js';
import { restartsAfter, wantsStart } from '../restart.js';
import type { ContainerView, PodView } from '../view.js';

export type Phase = 'Pending' | 'Running' | 'Succeeded' | 'Failed';

export function phaseOf(view: PodView, statuses: Map<string, ContainerStatus>, ended: boolean): Phase {
  const of = (container: ContainerView) => statuses.get(container.name)!.state!;
  const exitOf = (container: ContainerView) => of(container).terminated ?? statuses.get(container.name)!.lastState?.terminated;
  const running = [...view.apps, ...view.init.filter((container) => container.kind === 'SIDECAR')].some((container) => of(container).running);

  if (view.init.some((container) => container.kind === 'INIT' && isFailed(view, container, exitOf(container)?.exitCode))) return 'Failed';
  if (ended) {
    if (running) return 'Running';
    return view.apps.every((container) => of(container).terminated?.exitCode === 0) ? 'Succeeded' : 'Failed';
  }
  const waiting = view.apps.some((container) => of(container).waiting && !exitOf(container));
  if (!initProgress(view).done || waiting) return 'Pending';
  if (running) return 'Running';
  if (view.apps.some((container) => wantsStart(view, container))) return 'Running';
  return view.apps.every((container) => exitOf(container)?.exitCode === 0) ? 'Succeeded' : 'Failed';
}

/** An init container whose failure is final. */
function isFailed(view: PodView, container: ContainerView, exitCode: number | undefined): boolean {
  const { run } = container;
  return exitCode !== undefined && exitCode !== 0 && run?.state === 'EXITED' && run.exitCode !== 0 && run === container.active && !restartsAfter(view, container, run);
}
