import type { StepOutcome } from '#clock';

/** How a node's pods of a namespace stand: as its kubelet tells (libs/kubelet/clock). */
export type NodeSettled = { settled: true; next: number | null; activity: number; busy: string[] } | { settled: false; why: string };

/** The way to the nodes. */
export interface ClockNodes {
  /** Resolves when everything that is in the store at `revision` has had its effect on the node. @throws ApiError: it cannot be reached. */
  settle(node: string, namespace: string, revision: number, timeoutMs: number): Promise<NodeSettled>;
}

export interface StepRequest {
  /** By how much; with `untilPod`: by how much at most. */
  seconds?: number;
  /** Until the next change of this pod. */
  untilPod?: string;
}

/** Something that became visible of a pod on the way. */
export interface StepHappening {
  /** On the namespace's clock. */
  time: string;
  pod: string;
  /** kubectl's columns; `Deleted` for a pod that has gone. */
  status: string;
  ready: string;
  restarts: number;
  /** The cause of the change. */
  why: string;
}

/** What a step answers: where the clock stands, and what happened. */
export interface StepResult {
  apiVersion: 'podbox.dev/v1';
  kind: 'ClockStep';
  metadata: { name: string; namespace: string };
  status: {
    outcome: StepOutcome;
    from: string;
    now: string;
    message?: string;
    /** How often time went on: at most once a moment at which something was due. */
    leaps: number;
    /** Pods that compute without end, so that what they do depends on how fast the machine is. */
    busy?: string[];
    /** The oldest first. */
    happened: StepHappening[];
    /** So many more have happened than are told. */
    more?: number;
  };
}
