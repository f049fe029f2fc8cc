import type { Pod } from '#objects';

/** What went on for a while in a pod's life. */
export type SpanKind =
  /** From the pod's creation until it has a node. */
  | 'SCHEDULING'
  /** Its sandbox (network, pause) is being made, for the first time or anew. */
  | 'SANDBOX'
  | 'IMAGE_PULL'
  /** One run of an init container. */
  | 'INIT_CONTAINER'
  /** One run of any other container. */
  | 'RUN'
  /** A container waits to be run again, or for the next try to pull its image. */
  | 'BACK_OFF'
  /** The pod is ready. */
  | 'READINESS'
  /** From the request to delete it until it is gone. */
  | 'TERMINATION';

/** INTERRUPTED: something else ended it before it came to an end of its own (the pod's end, the loss of its node). */
export type SpanOutcome = 'SUCCEEDED' | 'FAILED' | 'INTERRUPTED';

/** Times are epoch ms on the pod's clock; where Kubernetes keeps whole seconds they are whole seconds. */
export interface Span {
  kind: SpanKind;
  container?: string;
  /** Which run of the container, which sandbox: from 0. */
  attempt?: number;
  start: number;
  /** Not there: it goes on. */
  end?: number;
  /** Not there as long as it goes on. */
  outcome?: SpanOutcome;
  /** When it will end by itself: a back-off. */
  expectedEnd?: number;
  exitCode?: number;
  /** Error, OOMKilled, CrashLoopBackOff, ErrImagePull, ContainersNotReady .. */
  reason?: string;
  message?: string;
}

/** A state of the pod, as the change log keeps it. */
export interface PodState {
  /** When it came to be: epoch ms on the pod's clock. */
  at: number;
  pod: Pod;
  /** The object was removed: this is how it last was. */
  deleted: boolean;
}

/** The part of an event about the pod that spans are made of. Times are epoch ms on the pod's clock. */
export interface PodEvent {
  reason: string;
  message: string;
  container?: string;
  first: number;
  last: number;
  count: number;
}
