/** What probes and hooks say of a container that runs. Source: pkg/kubelet/prober/prober_manager.go (UpdatePodStatus). */
import type { ContainerView, PodView } from './view.js';

/** Its postStart hook is over, and its startup probe, if it has one, has succeeded. */
export function isStarted(view: PodView, container: ContainerView): boolean {
  if (container.active?.state !== 'RUNNING' || view.observed.hooks.includes(container.name)) return false;
  return !container.spec.startupProbe || view.observed.probes[container.name]?.started === true;
}

export function isReady(view: PodView, container: ContainerView): boolean {
  if (!isStarted(view, container)) return false;
  return !container.spec.readinessProbe || view.observed.probes[container.name]?.ready === true;
}

/** The grace that a failed probe gives the container: the probe's own, or the pod's. */
export function probeGraceMs(container: ContainerView, probe: 'liveness' | 'startup', podGraceMs: number): number {
  const seconds = (probe === 'liveness' ? container.spec.livenessProbe : container.spec.startupProbe)?.terminationGracePeriodSeconds;
  return seconds === undefined ? podGraceMs : seconds * 1000;
}
