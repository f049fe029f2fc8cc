/** The verbs of the Kubernetes API over the store, without HTTP: REST controllers and GraphQL resolvers both delegate to `Resources`. */
import type { KubeObject } from '#objects';
import type { ListResult, WatchItem } from '#store';

/** metav1.Status, failure form. */
export interface Status {
  apiVersion: 'v1';
  kind: 'Status';
  metadata: Record<string, never>;
  status: 'Success' | 'Failure';
  message?: string;
  /** NotFound, AlreadyExists, Conflict, Invalid, BadRequest, Forbidden, Expired, MethodNotAllowed, UnsupportedMediaType, RequestEntityTooLarge .. */
  reason?: string;
  details?: {
    name?: string;
    group?: string;
    kind?: string;
    uid?: string;
    causes?: { reason: string; message: string; field: string }[];
    retryAfterSeconds?: number;
  };
  code: number;
}

/** The api server's one error type: carries the Status that the client gets. Thrown whenever a request cannot be answered with success. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  constructor(
    readonly status: Status,
    options?: { cause?: unknown },
  ) {
    super(status.message ?? status.reason ?? 'error', options);
  }
}

/** One row of the kind table: all that is particular to a kind. */
export interface KindInfo {
  kind: string;
  /** '' for core. */
  group: string;
  version: string;
  /** Plural, as in URLs. */
  resource: string;
  singular: string;
  shortNames: string[];
  categories: string[];
  namespaced: boolean;
  subresources: string[];
}

export interface WriteOptions {
  /** Who asks, for the change log's cause: for example "POST /api/v1/namespaces/default/pods (kubectl-create)" or "mutation createPod". */
  cause: string;
  dryRun?: boolean;
  fieldManager?: string;
  fieldValidation?: 'Strict' | 'Warn' | 'Ignore';
}

export type PatchType = 'json' | 'merge' | 'strategic' | 'apply';

/** A write's answer: the object as stored (or as it would be, on a dry run), and warnings for the client. */
export interface Written {
  object: KubeObject;
  warnings: string[];
}

export interface Selection {
  labelSelector?: string;
  fieldSelector?: string;
}

/** Errors of every verb: ApiError. */
export interface Resources {
  create(kind: KindInfo, namespace: string, body: unknown, options: WriteOptions): Promise<Written>;
  get(kind: KindInfo, namespace: string, name: string): Promise<KubeObject>;
  /** namespace undefined: all. */
  list(kind: KindInfo, namespace: string | undefined, selection: Selection & { limit?: number; continue?: string; resourceVersion?: string; name?: string }): Promise<ListResult>;
  update(kind: KindInfo, namespace: string, name: string, body: unknown, options: WriteOptions & { subresource?: string }): Promise<Written>;
  patch(kind: KindInfo, namespace: string, name: string, type: PatchType, body: unknown, options: WriteOptions & { subresource?: string; force?: boolean }): Promise<Written>;
  /** Pods end gracefully: deletionTimestamp is set and the node removes them. Answers the object, or a Success Status once it is gone. */
  delete(kind: KindInfo, namespace: string, name: string, body: unknown, options: WriteOptions & { gracePeriodSeconds?: number; propagationPolicy?: string }): Promise<KubeObject | Status>;
  /** `after` undefined or '0': the state first (ADDED each), then what follows. */
  watch(kind: KindInfo, namespace: string | undefined, selection: Selection & { after?: string; name?: string; bookmarks?: boolean; signal: AbortSignal }): AsyncIterable<WatchItem>;
}
