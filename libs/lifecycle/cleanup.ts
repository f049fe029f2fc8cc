/** Dead containers and sandboxes that nobody needs any more. Source: pkg/kubelet/kuberuntime/kuberuntime_gc.go with one dead container kept of each. */
import type { Draft } from './draft.js';
import type { PodView } from './view.js';

/** Keeps, of each container, the newest dead run: its logs are what `logs --previous` shows. */
export function cleanUp(view: PodView, draft: Draft): void {
  const { containers, sandboxes, killing } = view.observed;
  const kept = new Set<string>();
  const seen = new Set<string>();
  for (const container of containers) {
    const dead = container.state === 'EXITED';
    if (dead && seen.has(container.metadata.name) && !killing.includes(container.id)) {
      draft.add({ type: 'removeContainer', containerId: container.id });
      continue;
    }
    if (dead) seen.add(container.metadata.name);
    kept.add(container.sandboxId);
  }
  for (const sandbox of sandboxes.slice(1)) {
    if (sandbox.state === 'NOTREADY' && !kept.has(sandbox.id)) draft.add({ type: 'removeSandbox', sandboxId: sandbox.id });
  }
}
