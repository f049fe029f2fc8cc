/** Whether the pods of a namespace have done all that they can do before their clock goes on. */
import { sleep } from '#clock';
import type { Clock } from '#clock';
import { RuntimeError } from '#runtime';
import type { ContainerRuntime, PodsAtRest } from '#runtime';
import type { PodRecord } from '../pods/pod-record.js';
import type { PodTable } from '../pods/pod-table.js';
import type { PodClocks } from './pod-clocks.js';

export interface SettlerParts {
  table: PodTable;
  clocks: PodClocks;
  runtime: Pick<ContainerRuntime, 'atRest'>;
  /** The system clock. */
  clock: Clock;
  /** Up to which revision the change log has been taken in. */
  seen: () => number;
  /** What this process is doing for the pod at this moment; undefined: nothing. */
  doing: (record: PodRecord) => string | undefined;
}

/** How a node's pods of a namespace stand. */
export type Settled =
  | { settled: true; /** When something is due next, on the namespace's clock; null: never. */ next: number | null; activity: number; /** Pods that compute without end. */ busy: string[] }
  | { settled: false; /** What is still going on. */ why: string };

const LOOK_MS = 1;
/** What ends an operation goes through a few turns of the event loop before it begins something else. */
const TURNS = 4;

export class ClockSettler {
  constructor(private readonly parts: SettlerParts) {}

  /** Resolves when everything that is in the store at `revision` has had its effect and nothing goes on any more, at the latest after `timeoutMs`. */
  async settle(namespace: string, revision: number, timeoutMs: number): Promise<Settled> {
    const { clock, clocks, runtime } = this.parts;
    const deadline = clock.now() + timeoutMs;
    let before = '';
    for (;;) {
      const why = this.unsettled(namespace, revision);
      if (why !== undefined) {
        if (clock.now() >= deadline) return { settled: false, why };
        before = '';
        await sleep(clock, LOOK_MS);
        continue;
      }
      const records = this.records(namespace);
      const rest = await runtime.atRest(records.map(({ uid }) => uid)).catch(ifGone);
      for (let turn = 0; turn < TURNS; turn++) await new Promise((resolve) => setImmediate(resolve));
      if (!rest || this.unsettled(namespace, revision) !== undefined) continue;
      const activity = rest.activity + this.records(namespace).reduce((sum, record) => sum + record.activity, 0);
      const next = Math.min(rest.next, clocks.next(namespace));
      // Twice the same, with nothing in between: what was on its way somewhere has arrived.
      const state = `${activity} ${next} ${records.length}`;
      const due = next <= clocks.of(namespace).now();
      if (state === before && !due) return { settled: true, next: next === Infinity ? null : next, activity, busy: this.names(records, rest) };
      before = state;
      if (clock.now() >= deadline) return { settled: false, why: due ? 'something that is due does not happen' : 'its pods do not come to rest' };
      if (due) await sleep(clock, LOOK_MS);
    }
  }

  private records(namespace: string): PodRecord[] {
    return [...this.parts.table.all()].filter((record) => record.namespace === namespace);
  }

  private unsettled(namespace: string, revision: number): string | undefined {
    if (this.parts.seen() < revision) return 'it has not read what was written last';
    for (const record of this.records(namespace)) {
      const doing = record.handledRevision < record.revision ? 'its last change has had no effect yet' : this.parts.doing(record);
      if (doing !== undefined) return `pod ${record.name}: ${doing}`;
    }
    return undefined;
  }

  private names(records: PodRecord[], { busy }: PodsAtRest): string[] {
    return records.filter(({ uid }) => busy.includes(uid)).map(({ name }) => name);
  }
}

/** The thread has gone meanwhile: its pods are told so, and asked again. */
function ifGone(error: unknown): undefined {
  if (error instanceof RuntimeError && error.code === 'UNAVAILABLE') return undefined;
  throw error;
}
