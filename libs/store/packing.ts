/** Which of the waiting units go into the next transaction, the arguments that podbox_commit takes, and what to do with a batch that is refused. No IO. */
import type { SyncHeader, Unit } from './unit.js';

type Keys = Pick<Unit, 'changes' | 'relies' | 'bytes'>;

export const MAX_UNITS = 100;
export const MAX_BYTES = 4 * 1024 * 1024;

/**
 * Takes units from the queue's front while no unit changes what another changes or relies on. One that must wait makes those behind it
 * that meet its keys wait too, so every key sees its units in the order in which they came.
 */
export function pack<U extends Keys>(queue: readonly U[]): { batch: U[]; rest: U[] } {
  const batch: U[] = [];
  const rest: U[] = [];
  const changed = new Set<string>();
  const relied = new Set<string>();
  let bytes = 0;
  for (const unit of queue) {
    const full = batch.length >= MAX_UNITS || (batch.length > 0 && bytes + unit.bytes > MAX_BYTES);
    if (full || meets(unit.changes, changed) || meets(unit.changes, relied) || meets(unit.relies, changed)) {
      rest.push(unit);
    } else {
      batch.push(unit);
      bytes += unit.bytes;
    }
    if (batch.length >= MAX_UNITS) {
      rest.push(...queue.slice(batch.length + rest.length));
      break;
    }
    for (const key of unit.changes) changed.add(key);
    for (const key of unit.relies) relied.add(key);
  }
  return { batch, rest };
}

function meets(keys: Set<string>, others: Set<string>): boolean {
  for (const key of keys) if (others.has(key)) return true;
  return false;
}

/**
 * Does `attempt` for all units together. When that fails in a way that one of them must be to blame for, does it for each half, in
 * order, and so on until only culprits are left: those, and all when nobody is to blame, are refused.
 */
export async function byHalves<U>(
  units: readonly U[],
  attempt: (units: readonly U[]) => Promise<void>,
  somebodysFault: (error: unknown) => boolean,
  refuse: (unit: U, error: unknown) => void,
): Promise<void> {
  try {
    await attempt(units);
  } catch (error) {
    if (units.length === 1 || !somebodysFault(error)) {
      for (const unit of units) refuse(unit, error);
      return;
    }
    const middle = units.length >> 1;
    await byHalves(units.slice(0, middle), attempt, somebodysFault, refuse);
    await byHalves(units.slice(middle), attempt, somebodysFault, refuse);
  }
}

/** The four arguments of podbox_commit. */
export function batchArguments(units: readonly Unit[]): [writes: string, preconditions: string, syncs: string, bodies: Buffer] {
  const writes: object[] = [];
  const preconditions: object[] = [];
  const syncs: object[] = [];
  const bodies: Buffer[] = [];
  let end = 0;
  units.forEach((unit, u) => {
    const places = unit.bodies.map((body): [number, number] => {
      bodies.push(body);
      end += body.length;
      return [end - body.length, body.length];
    });
    const place = (index: number | null | undefined) => (index === null || index === undefined ? undefined : places[index]);
    const memo = (header: SyncHeader) => ({ memo: place(header.memo) });
    unit.writes.forEach((write, i) => {
      const { rest, metadata, spec, status, cause } = write;
      const placed = { rest: place(rest), metadata: place(metadata), spec: place(spec), status: place(status), cause: place(cause) };
      writes.push({ u, i, ...write, ...placed, ...memo(write) });
    });
    unit.preconditions.forEach((precondition, i) => preconditions.push({ u, i: i - unit.preconditions.length, ...precondition }));
    for (const sync of unit.syncs) syncs.push({ u, ...sync, ...memo(sync) });
  });
  return [JSON.stringify(writes), JSON.stringify(preconditions), JSON.stringify(syncs), Buffer.concat(bodies, end)];
}
