/** Source: SetDefaults_Pod, SetDefaults_PodSpec in pkg/apis/core/v1/defaults.go, and the admission plug-ins that complete a pod. */
import { containersOf } from '../containers.js';
import { qosClass } from '../qos.js';
import { QuantityError } from '../quantity.js';
import type { Pod, PodSpec } from '../types.js';
import { defaultContainer } from './container.js';
import { initContainersFromAnnotation } from './init-annotation.js';
import { defaultPodResources } from './pod-resources.js';
import { defaultVolume } from './volume.js';

/** Fills in what a pod's writer left out, in place; at creation and at updates. */
export function defaultPod(pod: Pod): void {
  const spec = (pod.spec ??= { containers: [] });
  spec.containers ??= [];
  for (const { container } of containersOf(spec)) defaultContainer(container);
  for (const volume of spec.volumes ?? []) defaultVolume(volume);
  if (spec.hostNetwork) {
    for (const container of [...(spec.initContainers ?? []), ...spec.containers]) for (const port of container.ports ?? []) port.hostPort ||= port.containerPort;
  }
  if (spec.resources) spec.resources = defaultPodResources(spec);
  spec.restartPolicy ||= 'Always';
  spec.terminationGracePeriodSeconds ??= 30;
  spec.dnsPolicy ||= 'ClusterFirst';
  spec.securityContext ??= {};
  spec.schedulerName ||= 'default-scheduler';
  spec.enableServiceLinks ??= true;
}

/** What is decided at creation: init containers from the annotation, what admission adds, and the status. Defaults included. */
export function preparePodCreate(pod: Pod): void {
  takeInitAnnotation(pod);
  defaultPod(pod);
  admit(pod.spec);
  pod.status = { phase: 'Pending', qosClass: podQosClass(pod.spec) };
}

/** At an update: an annotation that was changed overrides the field again; what admission gave stays. Before defaulting. */
export function preparePodUpdate(next: Pod, current: Pod): void {
  if (initContainersFromAnnotation(next.metadata.annotations).value !== initContainersFromAnnotation(current.metadata.annotations).value) {
    takeInitAnnotation(next);
  }
  const { spec } = next;
  spec.serviceAccountName ||= current.spec.serviceAccountName;
  spec.serviceAccount ||= current.spec.serviceAccount;
  spec.priority ??= current.spec.priority;
  spec.preemptionPolicy ??= current.spec.preemptionPolicy;
  for (const field of ['serviceAccountName', 'serviceAccount', 'priority', 'preemptionPolicy'] as const) if (spec[field] === undefined) delete spec[field];
  addDefaultTolerations(spec);
}

function takeInitAnnotation(pod: Pod): void {
  const { containers } = initContainersFromAnnotation(pod.metadata.annotations);
  if (containers) pod.spec.initContainers = containers;
}

/** What the plug-ins ServiceAccount and DefaultTolerationSeconds do. (For Priority the classes must be known: `givePriority`.) */
function admit(spec: PodSpec): void {
  spec.serviceAccountName ||= spec.serviceAccount || 'default';
  spec.serviceAccount = spec.serviceAccountName;
  addDefaultTolerations(spec);
}

const DEFAULT_TOLERATION_SECONDS = 300;

function addDefaultTolerations(spec: PodSpec): void {
  for (const key of ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable']) {
    const tolerated = spec.tolerations?.some((one) => (one.key === key || !one.key) && (one.effect === 'NoExecute' || !one.effect));
    if (tolerated) continue;
    spec.tolerations = [...(spec.tolerations ?? []), { key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: DEFAULT_TOLERATION_SECONDS }];
  }
}

/** As `qosClass`; a quantity that is none is for validation to find. */
export function podQosClass(spec: PodSpec): string {
  try {
    return qosClass(spec);
  } catch (error) {
    if (error instanceof QuantityError) return 'BestEffort';
    throw error;
  }
}
