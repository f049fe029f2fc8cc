/** The verbs of the Kubernetes API over the store, without HTTP: REST controllers and GraphQL resolvers both delegate to `Resources`. */
import type { KubeObject } from '#objects';
import type { Change, HistoryRange, ListResult, WatchItem } from '#store';

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
  /** What the request calls itself (a mutation's name); else it is the verb. */
  verb?: string;
  /** Of the client, as it says. */
  userAgent?: string;
  dryRun?: boolean;
  fieldManager?: string;
  /** Default Warn. */
  fieldValidation?: 'Strict' | 'Warn' | 'Ignore';
  /** Paths of keys that the body's text had twice: only its parser could tell (see parseBody). */
  duplicateFields?: string[];
}

export type PatchType = 'json' | 'merge' | 'strategic' | 'apply';

/** A write's answer: the object as stored (or as it would be, on a dry run), and warnings for the client. */
export interface Written {
  object: KubeObject;
  warnings: string[];
  /** Server-side apply made it: 201 instead of 200. */
  created?: boolean;
}

export interface Applied {
  /** As it is now. */
  object: KubeObject;
  outcome: 'CREATED' | 'CONFIGURED' | 'UNCHANGED';
  warnings: string[];
}

export interface Selection {
  labelSelector?: string;
  fieldSelector?: string;
  /** One object, as by fieldSelector metadata.name. */
  name?: string;
}

export interface ListOptions extends Selection {
  limit?: number;
  continue?: string;
  resourceVersion?: string;
  resourceVersionMatch?: string;
}

export interface WatchOptions extends Selection {
  /** A resourceVersion; undefined or '0': the state first (ADDED each), then what follows. */
  after?: string;
  bookmarks?: boolean;
  /** A bookmark so often (ms), also where nothing at all has changed. */
  heartbeatMs?: number;
  /** sendInitialEvents: the state first in any case, then a bookmark that says so. */
  initialEvents?: boolean;
  signal: AbortSignal;
}

/** What a watch yields; `initialEventsEnd` marks the bookmark after the state (annotation k8s.io/initial-events-end). */
export type ServedItem = WatchItem & { initialEventsEnd?: boolean };

export interface DeleteRequest extends WriteOptions {
  gracePeriodSeconds?: number;
  propagationPolicy?: string;
}

export interface SubresourceOptions {
  /** status, ephemeralcontainers, resize, finalize; undefined: the object itself. */
  subresource?: string;
}

/** Errors of every verb: ApiError. `namespace` is '' (or anything) for kinds without one. */
export interface Resources {
  create(kind: KindInfo, namespace: string, body: unknown, options: WriteOptions): Promise<Written>;
  get(kind: KindInfo, namespace: string, name: string): Promise<KubeObject>;
  /** namespace undefined: all. */
  list(kind: KindInfo, namespace: string | undefined, options: ListOptions): Promise<ListResult>;
  update(kind: KindInfo, namespace: string, name: string, body: unknown, options: WriteOptions & SubresourceOptions): Promise<Written>;
  /** `force`: server-side apply takes over fields that others own. */
  patch(
    kind: KindInfo,
    namespace: string,
    name: string,
    type: PatchType,
    body: unknown,
    options: WriteOptions & SubresourceOptions & { force?: boolean },
  ): Promise<Written>;
  /**
   * Server-side apply of many objects of any kinds (a List stands for its items), all or nothing. `namespace`: of those that have one, which may then name
   * no other; undefined: what each says, or default. @throws ApiError whose causes say which document and field they are about
   */
  applyAll(documents: { value: unknown; duplicates: string[] }[], namespace: string | undefined, options: WriteOptions & { force?: boolean }): Promise<Applied[]>;
  /** Pods end gracefully: deletionTimestamp is set and the node removes them. Answers the object, or a Success Status once it is gone. `body`: DeleteOptions. */
  delete(kind: KindInfo, namespace: string, name: string, body: unknown, options: DeleteRequest): Promise<KubeObject | Status>;
  /** Deletes what a list would show; answers those objects. */
  deleteCollection(kind: KindInfo, namespace: string | undefined, body: unknown, options: DeleteRequest & ListOptions): Promise<KubeObject[]>;
  /** What time it is (epoch ms) in a namespace, or (undefined) in each of them: that of its Clock, or real time. */
  times(namespace: string | undefined): Promise<(namespace: string) => number>;
  watch(kind: KindInfo, namespace: string | undefined, options: WatchOptions): AsyncIterable<ServedItem>;
  /** What has become of one object, oldest first, after its deletion too, while the change log is kept. @throws ApiError Expired: `after` is older than that */
  history(kind: KindInfo, namespace: string, name: string, range: HistoryRange): Promise<History>;
  /** The changes of many objects of a kind, in the order of `places`. */
  histories(kind: KindInfo, places: { namespace: string; name: string }[]): Promise<Change[][]>;
}

export interface History {
  /** The object at the revision `after`. */
  before?: KubeObject;
  changes: Change[];
}
