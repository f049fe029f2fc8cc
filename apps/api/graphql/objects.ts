import type { ClockSpec, ClockStatus } from '#clock';
import type { KubeObject, Stored } from '#objects';

export type ClockObject = Stored<KubeObject> & { spec: ClockSpec; status: ClockStatus };

export type { Applied as AppliedManifest } from '#apiserver';
export type { Span as SpanObject } from '#lifecycle';
export type { Cause as CauseObject } from '#store';

/** The Kubernetes objects that stand behind the schema's types, under names that do not collide with those of the generated types. */
export type {
  ContainerState as ContainerStateObject,
  Event as EventObject,
  Namespace as NamespaceObject,
  Node as NodeObject,
  Pod as PodObject,
  Service as ServiceObject,
  ServicePort as ServicePortObject,
} from '#objects';
