/** A process that takes a node's lease and keeps it until it is killed: for lease.int.spec.ts. */
import { SystemClock } from '#clock';
import { openStore } from './postgres-store.js';

const [url, node] = process.argv.slice(2) as [string, string];
const clock = new SystemClock();
const store = await openStore({ url, clock });
process.send!(await store.acquireLease(node, 'a process'));
clock.at(clock.now() + 60_000, () => process.exit(1));
