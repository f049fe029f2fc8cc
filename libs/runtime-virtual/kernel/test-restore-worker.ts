/** For tests: the body of a worker thread that goes on with a pod from its snapshot and tells what comes of it. */
import { parentPort, workerData } from 'node:worker_threads';
import { createMachine } from './create-machine.js';
import { exited, runUntil, TEST_IMAGE } from './test-machine.js';

const { snapshot, now } = workerData as { snapshot: unknown; now: number };
const machine = createMachine({ seed: 99 });
machine.addImage(TEST_IMAGE);
machine.run(now, 0);
machine.restorePod(snapshot);
parentPort!.postMessage(runUntil(machine, exited('main'), { now }));
