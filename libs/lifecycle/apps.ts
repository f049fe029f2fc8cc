/** App containers in parallel, ephemeral ones once. Source: computePodActions in pkg/kubelet/kuberuntime/kuberuntime_manager.go. */
import type { Draft } from './draft.js';
import { kill, podGraceMs } from './end.js';
import * as events from './events.js';
import { probeGraceMs } from './probes.js';
import { imageChanged, wantsStart } from './restart.js';
import { start } from './start.js';
import type { ContainerView, PodView } from './view.js';
import { isKilling } from './view.js';

/** Orders what the app containers need. 'ended': none runs and none will. */
export function syncApps(view: PodView, draft: Draft, now: number): 'running' | 'ended' {
  let alive = 0;
  for (const container of view.apps) {
    if (container.active?.state === 'RUNNING') {
      alive += 1;
      killIfUnwanted(view, container, draft);
    } else if (wantsStart(view, container)) {
      alive += 1;
      start(view, container, draft, now);
    }
  }
  return alive > 0 ? 'running' : 'ended';
}

function killIfUnwanted(view: PodView, container: ContainerView, draft: Draft): void {
  const active = container.active!;
  if (isKilling(view, active)) return;
  const failure = view.observed.probes[container.name]?.failed;
  if (imageChanged(container)) {
    kill(draft, active, container, { message: events.definitionChanged(container.name, false), graceMs: podGraceMs(view) });
  } else if (failure) {
    const restart = (container.spec.restartPolicy ?? view.pod.spec.restartPolicy) !== 'Never';
    const graceMs = probeGraceMs(container, failure.probe, podGraceMs(view));
    kill(draft, active, container, { message: events.probeFailed(container.name, failure.probe, false, restart), graceMs, reason: failure.probe });
  }
}

/** Ephemeral containers are started once, as soon as there is a sandbox, and never again. */
export function syncEphemeral(view: PodView, draft: Draft, now: number): void {
  for (const container of view.ephemeral) if (!container.run) start(view, container, draft, now);
}
