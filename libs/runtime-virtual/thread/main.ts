/** The entry of a worker thread: one Machine, stepped by one loop. */
import { parentPort, workerData } from 'node:worker_threads';
import { SystemClock } from '#clock';
import { createMachine } from '../kernel/create-machine.js';
import type { Command, ThreadInit } from './protocol.js';
import { ThreadLoop } from './loop.js';

if (!parentPort) throw new Error('thread/main.js is the entry of a worker thread; start it through createVirtualRuntime()');
const port = parentPort;
const init = workerData as ThreadInit;
const heartbeat = new Int32Array(init.heartbeat);

const loop = new ThreadLoop({
  machine: createMachine({ seed: init.seed, web: init.web, node: init.node }),
  clock: new SystemClock(),
  post: (messages) => port.postMessage(messages),
  beat: () => Atomics.add(heartbeat, 0, 1),
  persistAfterMs: init.persistAfterMs,
});
port.on('message', (commands: Command[]) => loop.receive(commands));
port.postMessage([{ type: 'ready' }]);
