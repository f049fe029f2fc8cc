/**
 * Kubernetes objects as they stand on the wire. The declarations come from `kubernetes-types` (1.30) and are augmented here where
 * 1.35 knows more; a field is added here when something in the project begins to read it.
 */
import type * as core from 'kubernetes-types/core/v1.js';
import type * as meta from 'kubernetes-types/meta/v1.js';
import type * as scheduling from 'kubernetes-types/scheduling/v1.js';

export type ObjectMeta = meta.ObjectMeta;
export type OwnerReference = meta.OwnerReference;
export type LabelSelector = meta.LabelSelector;

/** Any object of any kind, as JSON. `metadata.resourceVersion` is set on everything that was read from the store. */
export interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  spec?: unknown;
  status?: unknown;
  [field: string]: unknown;
}

/** An object that has been stored: these metadata are always there. */
export type Stored<T> = T & {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta & { name: string; uid: string; resourceVersion: string; creationTimestamp: string };
};

/** What the API server has defaulted: the fields that are always there on a stored pod. */
export type Pod = Stored<Omit<core.Pod, 'spec' | 'status'>> & {
  metadata: { namespace: string };
  spec: PodSpec;
  status: PodStatus;
};
export type PodSpec = Omit<core.PodSpec, 'containers' | 'initContainers'> & {
  containers: Container[];
  initContainers?: Container[];
  /** Kubernetes 1.35: the hostname, whatever hostname and subdomain say. */
  hostnameOverride?: string;
  /** Kubernetes 1.34: pod-level resources. */
  resources?: core.ResourceRequirements;
};
export type PodStatus = Omit<core.PodStatus, 'conditions'> & { observedGeneration?: number; conditions?: PodCondition[] };
export type PodCondition = Omit<core.PodCondition, 'lastProbeTime'> & { observedGeneration?: number; lastProbeTime?: string | null };
export type Container = core.Container & {
  lifecycle?: Lifecycle;
  /** Kubernetes 1.34: which exits restart the container whatever its restartPolicy says. */
  restartPolicyRules?: ContainerRestartRule[];
};
export type Lifecycle = core.Lifecycle & {
  /** Kubernetes 1.33: instead of the image's; wants spec.os.name. */
  stopSignal?: string;
};
export interface ContainerRestartRule {
  action: 'Restart';
  exitCodes?: { operator: 'In' | 'NotIn'; values?: number[] };
}
export type ContainerStatus = core.ContainerStatus & {
  /** Kubernetes 1.33. */
  stopSignal?: string;
};
export type ContainerState = core.ContainerState;
export type Volume = core.Volume;
export type VolumeMount = core.VolumeMount;
export type EnvVar = core.EnvVar;
export type ResourceRequirements = core.ResourceRequirements;
export type Service = Stored<Omit<core.Service, 'spec'>> & { metadata: { namespace: string }; spec: core.ServiceSpec };
export type ServicePort = core.ServicePort;
export type Endpoints = Stored<core.Endpoints>;
export type Node = Stored<core.Node>;
export type Namespace = Stored<core.Namespace>;
export type Event = Stored<core.Event>;
export type ConfigMap = Stored<core.ConfigMap>;
export type Secret = Stored<core.Secret>;
export type ServiceAccount = Stored<core.ServiceAccount>;
export type LimitRange = Stored<core.LimitRange>;
export type ResourceQuota = Stored<core.ResourceQuota>;
export type PriorityClass = Stored<scheduling.PriorityClass>;
export type ObjectReference = core.ObjectReference;

/** Where an object stands: `namespace` is '' for cluster-scoped kinds. The kinds that Podbox serves have unique names, so no group. */
export interface Key {
  kind: string;
  namespace: string;
  name: string;
}

export const keyOf = (object: KubeObject | Stored<{ metadata: ObjectMeta }>): Key => ({
  kind: object.kind,
  namespace: object.metadata.namespace ?? '',
  name: object.metadata.name ?? '',
});
export const keyText = (key: Key): string => `${key.kind}/${key.namespace}/${key.name}`;
