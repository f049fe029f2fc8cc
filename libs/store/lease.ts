import type { Clock } from '#clock';
import type pg from 'pg';
import { toStoreError, type Database } from './database.js';

/** A lease that was not renewed for so long can be taken from a holder that still has its connection. As a node's grace period. */
export const LEASE_GRACE_MS = 40_000;
/** The first key of the advisory locks that stand for living holders; the second is a hash of the node's name. */
const LOCK_CLASS = 0x70_6f_64; // "pod"

interface LeaseRow {
  epoch: number;
  renewed_at: number;
  released: boolean;
}

/**
 * Which process is a node. The holder keeps a connection of its own that holds an advisory lock: when the process dies, by whatever
 * signal, the server frees the lock, and the lease can be had at once. A holder that hangs but lives loses it after LEASE_GRACE_MS.
 * Every acquisition raises the epoch, under the lock that commits take: a commit fenced by the former epoch comes before it or fails.
 */
export class Leases {
  private readonly held = new Map<string, { epoch: number; client?: pg.Client }>();

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  async acquire(node: string, holder: string): Promise<{ epoch: number } | undefined> {
    const client = await this.connect(node);
    try {
      const epoch = await this.take(client, node, holder);
      if (epoch === undefined) {
        await client.end();
        return undefined;
      }
      const former = this.held.get(node);
      this.held.set(node, { epoch, client });
      await former?.client?.end().catch(() => undefined);
      return { epoch };
    } catch (error) {
      await client.end().catch(() => undefined);
      throw toStoreError(error);
    }
  }

  private async take(client: pg.Client, node: string, holder: string): Promise<number | undefined> {
    this.database.statements += 5;
    await client.query('BEGIN');
    await client.query('SELECT 1 FROM revision WHERE id = 1 FOR UPDATE');
    const alone = await tryLock(client, node);
    const { rows } = await client.query<LeaseRow>('SELECT epoch, renewed_at, released FROM node_lease WHERE node = $1', [node]);
    const row = rows[0];
    const now = this.clock.now();
    if (!alone && row && !row.released && row.renewed_at > now - LEASE_GRACE_MS) {
      await client.query('ROLLBACK');
      return undefined;
    }
    const taken = await client.query<{ epoch: number }>(
      `INSERT INTO node_lease (node, holder, epoch, renewed_at) VALUES ($1, $2, 1, $3)
       ON CONFLICT (node) DO UPDATE SET holder = $2, epoch = node_lease.epoch + 1, renewed_at = $3, released = false RETURNING epoch`,
      [node, holder, now],
    );
    await client.query('COMMIT');
    return taken.rows[0]!.epoch;
  }

  /** Also gets the connection and the lock back, when the connection was lost or the lease was taken from one that hung. */
  async renew(node: string, epoch: number): Promise<boolean> {
    const held = this.held.get(node);
    if (!held || held.epoch !== epoch) return false;
    try {
      const client = (held.client ??= await this.connect(node));
      this.database.statements += 2;
      const { rowCount } = await client.query('UPDATE node_lease SET renewed_at = $3 WHERE node = $1 AND epoch = $2 AND NOT released', [
        node,
        epoch,
        this.clock.now(),
      ]);
      if (rowCount === 1) {
        await tryLock(client, node);
        return true;
      }
    } catch (error) {
      throw toStoreError(error);
    }
    await this.letGo(node);
    return false;
  }

  async release(node: string, epoch: number): Promise<void> {
    await this.database.rows('lease_release', 'UPDATE node_lease SET released = true WHERE node = $1 AND epoch = $2', [node, epoch]);
    if (this.held.get(node)?.epoch === epoch) await this.letGo(node);
  }

  private async letGo(node: string): Promise<void> {
    const held = this.held.get(node);
    this.held.delete(node);
    await held?.client?.end().catch(() => undefined);
  }

  private connect(node: string): Promise<pg.Client> {
    return this.database.connect(`${this.database.name} lease of ${node}`.slice(0, 63), (lost) => {
      const held = this.held.get(node);
      if (held?.client === lost) held.client = undefined;
    });
  }

  async close(): Promise<void> {
    for (const node of [...this.held.keys()]) await this.letGo(node);
  }
}

/** Whether this connection now holds the node's lock. Taken again and again by its holder it stays one lock: it ends with the connection. */
async function tryLock(client: pg.Client, node: string): Promise<boolean> {
  const { rows } = await client.query<{ locked: boolean }>('SELECT pg_try_advisory_lock($1, hashtext($2)) AS locked', [LOCK_CLASS, node]);
  return rows[0]!.locked;
}
