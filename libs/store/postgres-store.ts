import type { Clock } from '#clock';
import type { Key, KubeObject } from '#objects';
import { PrismaPg } from '@prisma/adapter-pg';
import { Committer } from './committer.js';
import { compact } from './compaction.js';
import { Database, toStoreError } from './database.js';
import type { StoreError } from './errors.js';
import { PrismaClient } from './generated/client.js';
import { histories } from './histories.js';
import { Leases } from './lease.js';
import { Lister } from './list.js';
import { PodSyncs } from './pod-sync.js';
import { Tailer } from './tailer.js';
import type { Change, CommitRequest, CommitResult, HistoryRange, ListResult, PodAttention, Revision, Scope, Store, StoreStats, WatchItem } from './types.js';
import { LogReader, tail, watch } from './watch.js';

export interface StoreOptions {
  /** postgresql://user:password@host:port/database, migrated. */
  url: string;
  /** The system clock. */
  clock: Clock;
  /** What its connections are called in pg_stat_activity. */
  name?: string;
  /** Told each time the change log could not be followed; the store goes on trying once a second. */
  onTrouble?: (error: StoreError) => void;
}

/** Opens a store on a migrated database. @throws StoreError UNAVAILABLE if it cannot be reached */
export async function openStore(options: StoreOptions): Promise<PostgresStore> {
  const store = new PostgresStore(options);
  try {
    await store.currentRevision();
    return store;
  } catch (error) {
    await store.close();
    throw error;
  }
}

/** The truth, in PostgreSQL. One per process: it packs the process's commits together and reads the change log once for all its readers. */
export class PostgresStore implements Store {
  private readonly database: Database;
  private readonly prisma: PrismaClient;
  private readonly committer: Committer;
  private readonly lister: Lister;
  private readonly tailer: Tailer;
  private readonly reader: LogReader;
  private readonly leaseKeeper: Leases;
  private readonly podSyncs: PodSyncs;
  private prismaStatements = 0;

  constructor(private readonly options: StoreOptions) {
    const { url, clock } = options;
    const name = options.name ?? 'podbox';
    this.database = new Database(url, name);
    const prisma = new PrismaClient({
      adapter: new PrismaPg({ connectionString: url, max: 2, application_name: `${name} prisma` }),
      log: [{ emit: 'event', level: 'query' }],
    });
    prisma.$on('query', () => this.prismaStatements++);
    this.prisma = prisma;
    this.tailer = new Tailer(this.database, clock, options.onTrouble ?? (() => undefined));
    this.committer = new Committer(this.database, clock, (revision) => this.tailer.wake(revision));
    this.lister = new Lister(this.database);
    this.reader = new LogReader(this.database, this.tailer);
    this.leaseKeeper = new Leases(this.database, clock);
    this.podSyncs = new PodSyncs(this.prisma);
  }

  commit(request: CommitRequest): Promise<CommitResult> {
    return this.committer.commit(request);
  }

  get(key: Key): Promise<KubeObject | undefined> {
    return this.lister.get(key);
  }

  getMany(keys: Key[]): Promise<KubeObject[]> {
    return this.lister.getMany(keys);
  }

  async kindsIn(namespace: string): Promise<string[]> {
    const rows = await this.database.rows<{ kind: string }>('kinds_in', 'SELECT DISTINCT kind FROM objects WHERE namespace = $1 ORDER BY kind', [
      namespace,
    ]);
    return rows.map((row) => row.kind);
  }

  list(scope: Scope, page?: { limit?: number; continue?: string; revision?: Revision }): Promise<ListResult> {
    return this.lister.list(scope, page);
  }

  watch(scope: Scope, after: Revision, options: { signal: AbortSignal; bookmarks?: boolean; heartbeatMs?: number }): AsyncIterable<WatchItem> {
    return watch(this.reader, this.options.clock, scope, after, options);
  }

  tail(after: Revision, signal: AbortSignal): AsyncIterable<Change[]> {
    return tail(this.reader, after, signal);
  }

  async history(key: Key, range?: HistoryRange): Promise<Change[]> {
    return (await histories(this.database, [key], range))[0]!;
  }

  histories(keys: Key[], range?: HistoryRange): Promise<Change[][]> {
    return histories(this.database, keys, range);
  }

  async currentRevision(): Promise<Revision> {
    const [row] = await this.database.rows<{ current: number }>('current', 'SELECT current FROM revision', []);
    return row!.current;
  }

  compact(retention: { maxAgeMs: number; maxBytes: number }): Promise<{ floor: Revision; dropped: number }> {
    return compact(this.database, retention);
  }

  acquireLease(node: string, holder: string): Promise<{ epoch: number } | undefined> {
    return this.leaseKeeper.acquire(node, holder);
  }

  renewLease(node: string, epoch: number): Promise<boolean> {
    return this.leaseKeeper.renew(node, epoch);
  }

  releaseLease(node: string, epoch: number): Promise<void> {
    return this.leaseKeeper.release(node, epoch);
  }

  async leases(): Promise<{ node: string; holder: string; epoch: number; renewedAt: number; released: boolean }[]> {
    const rows = await this.ordinary(() => this.prisma.nodeLease.findMany({ orderBy: { node: 'asc' } }));
    return rows.map((row) => ({ ...row, renewedAt: Number(row.renewedAt) }));
  }

  attention(filter: { node?: string; now: number; limit?: number }): Promise<PodAttention[]> {
    return this.ordinary(() => this.podSyncs.attention(filter));
  }

  podSync(uids: string[]): Promise<Map<string, { syncedRevision: Revision; dueAt: number | null; memo: unknown }>> {
    return this.ordinary(() => this.podSyncs.byUid(uids));
  }

  duePods(node: string, limit: number): Promise<PodAttention[]> {
    return this.ordinary(() => this.podSyncs.duePods(node, limit));
  }

  stats(): StoreStats {
    const { commits, revisions, conflicts } = this.committer;
    return { statements: this.database.statements + this.prismaStatements, commits, revisions, conflicts };
  }

  async close(): Promise<void> {
    await this.committer.close();
    await this.tailer.close();
    await this.leaseKeeper.close();
    await this.prisma.$disconnect();
    await this.database.pool.end();
  }

  /** A read through Prisma, with the store's errors. */
  private async ordinary<T>(read: () => Promise<T>): Promise<T> {
    try {
      return await read();
    } catch (error) {
      throw toStoreError(error);
    }
  }
}
