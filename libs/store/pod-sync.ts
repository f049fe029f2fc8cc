import { podTime, rowOfClock } from '#clock';
import type { PodSync, PrismaClient } from './generated/client.js';
import type { PodAttention, Revision } from './types.js';

/** Reads of table pod_sync, through Prisma. Its rows are written by commits only. */
export class PodSyncs {
  constructor(private readonly prisma: PrismaClient) {}

  async attention(filter: { node?: string; now: number; limit?: number }): Promise<PodAttention[]> {
    const due = await this.due(filter.now);
    const rows = await this.prisma.podSync.findMany({
      where: {
        node: filter.node,
        OR: [{ revision: { gt: this.prisma.podSync.fields.syncedRevision } }, ...due],
      },
      orderBy: { revision: 'asc' },
      take: filter.limit,
    });
    return rows.map(attentionOf);
  }

  async byUid(uids: string[]): Promise<Map<string, { syncedRevision: Revision; dueAt: number | null; memo: unknown }>> {
    const rows = await this.prisma.podSync.findMany({ where: { uid: { in: uids } } });
    return new Map(rows.map((row) => [row.uid, { syncedRevision: Number(row.syncedRevision), dueAt: dueAtOf(row), memo: row.memo }]));
  }

  /** Which pods are due at real time `now`, each on its namespace's clock. Few namespaces have one of their own. */
  private async due(now: number): Promise<{ namespace: string | { notIn: string[] }; dueAt: { lte: bigint } }[]> {
    const clocks = await this.prisma.storedObject.findMany({ where: { kind: 'Clock' }, select: { namespace: true, spec: true, status: true } });
    const until = (time: number) => ({ lte: BigInt(Math.floor(time)) });
    return [
      { namespace: { notIn: clocks.map(({ namespace }) => namespace) }, dueAt: until(now) },
      ...clocks.map((clock) => ({ namespace: clock.namespace, dueAt: until(podTime(rowOfClock(clock), now)) })),
    ];
  }

  async duePods(node: string, limit: number): Promise<PodAttention[]> {
    const rows = await this.prisma.podSync.findMany({ where: { node, dueAt: { not: null } }, orderBy: { dueAt: 'asc' }, take: limit });
    return rows.map(attentionOf);
  }
}

const dueAtOf = (row: PodSync): number | null => (row.dueAt === null ? null : Number(row.dueAt));

const attentionOf = (row: PodSync): PodAttention => ({
  namespace: row.namespace,
  name: row.name,
  uid: row.uid,
  node: row.node,
  revision: Number(row.revision),
  dueAt: dueAtOf(row),
});
