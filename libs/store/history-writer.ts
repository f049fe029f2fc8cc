/**
 * A process of concurrent writers that contend for few keys: for history.int.spec.ts. Arguments: url, name, writers, commits of each.
 * Sends its attempts to its parent when it is done.
 */
import { SystemClock, sleep } from '#clock';
import type { Key, KubeObject } from '#objects';
import { StoreError } from './errors.js';
import type { Attempt } from './history-checker.js';
import { openStore } from './postgres-store.js';
import type { Precondition, Write } from './types.js';

const [url, process_, writers, commits] = process.argv.slice(2) as [string, string, string, string];
const KEYS = 24;
const clock = new SystemClock();
const store = await openStore({ url, clock, name: `history ${process_}` });
const attempts: Attempt[] = [];

const random = (below: number): number => Math.floor(Math.random() * below);
const randomKey = (): Key => ({ kind: 'ConfigMap', namespace: 'history', name: `key-${random(KEYS)}` });

function writeOf(key: Key, found: KubeObject | undefined, attempt: string): Write {
  const cause = { by: 'test', what: 'request', detail: attempt } as const;
  if (!found) {
    const metadata = { name: key.name, namespace: key.namespace, uid: attempt, creationTimestamp: '2025-01-01T00:00:00Z' };
    return { op: 'create', object: { apiVersion: 'v1', kind: key.kind, metadata, data: { attempt } }, cause };
  }
  const expect = found.metadata.resourceVersion!;
  const dice = random(10);
  if (dice === 0) return { op: 'delete', key, expect, cause };
  if (dice < 5) return { op: 'status', object: { ...found, status: { attempt } }, expect, cause };
  return { op: 'update', object: { ...found, data: { attempt } }, expect, cause };
}

/** One commit of one or two writes, and now and then a precondition, all of what was read a moment before. */
async function attemptOne(name: string): Promise<boolean> {
  const keys = [randomKey(), ...(random(4) === 0 ? [randomKey()] : [])].filter((key, i, all) => all.findIndex((one) => one.name === key.name) === i);
  const found = await store.getMany(keys);
  const writes = keys.map((key, i) =>
    writeOf(
      key,
      found.find((object) => object.metadata.name === key.name),
      `${name}.${i}`,
    ),
  );
  const preconditions: Precondition[] = found
    .filter(() => random(4) === 0)
    .map((object) => ({ key: keys.find((key) => key.name === object.metadata.name)!, resourceVersion: object.metadata.resourceVersion! }));
  const tried = writes.map((write, i): Attempt => ({
    attempt: `${name}.${i}`,
    key: keys[i]!,
    op: write.op,
    expect: write.op === 'create' ? undefined : write.expect,
  }));
  attempts.push(...tried);
  try {
    const { revisions } = await store.commit({ preconditions, writes });
    tried.forEach((attempt, i) => (attempt.revision = revisions[i]));
    return true;
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    for (const attempt of tried) attempt.code = error.code;
    return false;
  }
}

await Promise.all(
  Array.from({ length: Number(writers) }, async (_, writer) => {
    for (let done = 0, number = 0; done < Number(commits); number++) {
      const succeeded = await attemptOne(`${process_}/${writer}/${number}`).catch(async (error: unknown) => {
        // A read that failed because its connection was cut: nothing was tried.
        if (!(error instanceof StoreError) || error.code !== 'UNAVAILABLE') throw error;
        await sleep(clock, 5);
        return false;
      });
      if (succeeded) done++;
    }
  }),
);
const stats = store.stats();
await store.close();
process.send!({ attempts, stats }, () => process.exit(0));
