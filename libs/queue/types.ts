/** Jobs carry a key, never a change (principle 2): a handler reads what is, decides, does. */
export interface SyncJob {
  type: 'sync';
  namespace: string;
  name: string;
  uid: string;
}

export type ControlJob =
  /** Make one Service's Endpoints and EndpointSlice fit the pods that it selects. */
  | { type: 'endpoints'; namespace: string; name: string }
  /** Delete what is in a namespace that is Terminating, then the namespace. */
  | { type: 'namespace'; name: string }
  /** Count what a namespace's ResourceQuotas limit. */
  | { type: 'quota'; namespace: string }
  /** Enqueue every pod that wants attention and is not being attended to; the net under everything else. */
  | { type: 'sweep' }
  /** Cut the change log to its retention; drop events past theirs. */
  | { type: 'compact' };

/** Filled by tailing the change log; emptied at any moment without loss. */
export interface JobQueue {
  /** One job a pod at most waits; one that arrives while it is active runs once more afterwards. */
  enqueueSync(node: string, jobs: Omit<SyncJob, 'type'>[]): Promise<void>;
  enqueueControl(...jobs: ControlJob[]): Promise<void>;
  /** Runs a node's syncs. A handler that throws is logged and counts as done: the sweeper is the net. */
  consumeSync(node: string, handler: (job: SyncJob) => Promise<void>, options: { concurrency: number }): Consumer;
  consumeControl(handler: (job: ControlJob) => Promise<void>): Consumer;
  /** Empties a node's queue: what a starting worker does before it refills it from Postgres. */
  drainNode(node: string): Promise<void>;
  /**
   * Whether jobs may have been lost since this was last asked: Redis was emptied, or came back empty. True also the first time.
   * Who is told so enqueues again whatever there is to do. @throws QueueError UNAVAILABLE
   */
  wasEmptied(): Promise<boolean>;
  /** Jobs added and processed by this process since it started. */
  stats(): { added: number; processed: number };
  close(): Promise<void>;
}

export interface Consumer {
  /** Stops taking jobs and waits for those that run. */
  close(): Promise<void>;
}
