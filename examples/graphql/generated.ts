// Made from operations.graphql by scripts/graphql-examples.mjs.
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
export type ChangeType =
  | 'ADDED'
  | 'MODIFIED'
  | 'DELETED'
  | 'SYNCED'
  | 'BOOKMARK';

export type FollowPodsSubscriptionVariables = Exact<{
  namespace?: string | null | undefined;
  labelSelector?: string | null | undefined;
  after?: string | null | undefined;
}>;


export type FollowPodsSubscription = { podChanges: { type: ChangeType, cursor: string, pod: { namespace: string, name: string, phase: string, ready: string, displayStatus: string, restarts: number, conditions: Array<{ type: string, status: string }> } | null } };

export type MakeLessonMutationVariables = Exact<{
  name: string;
  ttlSeconds?: number | null | undefined;
}>;


export type MakeLessonMutation = { createNamespace: { name: string } };

export type SubmitLessonMutationVariables = Exact<{
  namespace: string;
  yaml: string;
}>;


export type SubmitLessonMutation = { applyManifests: Array<{ kind: string, name: string }> };
