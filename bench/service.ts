/** A service of the benchmark's own, with everything durable, in a folder that is removed afterwards. */
import { readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { SystemClock } from '#clock';
import { stopContainerd } from '#embedded';
import { temporaryFolder } from '#testing';
import { StandaloneService } from '../apps/standalone/service.js';

export interface BenchService {
  url: string;
  /** Counters of all processes together, since they started. */
  counters(): Promise<{ sqlStatements: number; jobsAdded: number; jobsProcessed: number }>;
  /** Resident memory, peak in MiB, by process. Postgres: the proportional share of all its processes, as sampled each half second. */
  peakMemory(): Record<string, number>;
  stop(): Promise<void>;
}

export async function startBenchService(port: number, runtime: 'virtual' | 'cri' = 'virtual'): Promise<BenchService> {
  const dataDir = temporaryFolder('bench');
  const clock = new SystemClock();
  const service = new StandaloneService(
    { host: '127.0.0.1', port, runtime, nodeName: 'bench-node', dataDir, postgresSettings: { shared_preload_libraries: 'pg_stat_statements' } },
    clock,
    (line) => /ready|listening/.test(line) || console.error(line),
  );
  await service.start();
  const sql = new pg.Client({ connectionString: service.databaseUrl });
  await sql.connect();
  await sql.query('CREATE EXTENSION IF NOT EXISTS pg_stat_statements');

  const pids = service.pids();
  let postgresPeak = 0;
  const sample = () => (postgresPeak = Math.max(postgresPeak, treeMemory(pids.postgres!)));
  const sampling = setInterval(sample, 500);

  return {
    url: `http://127.0.0.1:${port}`,
    async counters() {
      const { rows } = await sql.query<{ calls: string }>('SELECT coalesce(sum(calls), 0) AS calls FROM pg_stat_statements WHERE toplevel');
      const stats = await service.stats();
      const sum = (field: 'added' | 'processed') => stats.reduce((total, one) => total + (one.queue?.[field] ?? 0), 0);
      return { sqlStatements: Number(rows[0]!.calls), jobsAdded: sum('added'), jobsProcessed: sum('processed') };
    },
    peakMemory() {
      sample();
      const peaks: Record<string, number> = { postgres: postgresPeak };
      for (const name of ['api', 'worker', 'redis']) peaks[name] = statusKiB(pids[name]!, 'VmHWM') / 1024;
      return peaks;
    },
    async stop() {
      clearInterval(sampling);
      await sql.end();
      await service.stop();
      if (runtime === 'cri') await stopContainerd(join(dataDir, 'containerd'));
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

function statusKiB(pid: number, field: string): number {
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
}

/** MiB of a process and its children, shared pages counted once over all. */
function treeMemory(root: number): number {
  let total = 0;
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      const parent = Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${entry}/status`, 'utf8'))?.[1]);
      if (parent !== root && Number(entry) !== root) continue;
      total += Number(/^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${entry}/smaps_rollup`, 'utf8'))?.[1] ?? 0) / 1024;
    } catch (error) {
      // A process that has ended between the listing and the reading has no memory to count.
      if (!['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    }
  }
  return total;
}
