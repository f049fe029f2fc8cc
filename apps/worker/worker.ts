import { Injectable } from '@nestjs/common';
import { SystemClock } from '#clock';
import { ControlLoop } from '#control';
import { Kubelet, allocatePodCidr, nodeAddress } from '#kubelet';
import { BullMqQueue } from '#queue';
import { openStore } from '#store';
import type { PostgresStore } from '#store';
import type { RunningApp } from '../process.js';
import { migrated, unusable } from '../servers.js';
import { drain } from './drain.js';
import type { WorkerOptions } from './options.js';
import { openRuntime } from './runtimes.js';

const print = (line: string) => console.log(`worker: ${line}`);
const warn = (line: string) => console.error(`worker: ${line}`);
const reason = (error: unknown) => (error instanceof Error ? error.message : String(error));

/** One worker process: a node, and a share of the control work. */
@Injectable()
export class Worker implements RunningApp {
  /** In the order of starting; ended in the reverse order. */
  private readonly parts: (() => Promise<unknown>)[] = [];
  private store: PostgresStore | undefined;
  private queue: BullMqQueue | undefined;
  private kubelet: Kubelet | undefined;
  private started = false;
  private lastTrouble = '';

  /** `lost`: the node has become another worker's. */
  constructor(
    private readonly options: WorkerOptions,
    private readonly lost: (why: string) => void,
  ) {}

  /** Resolves when the node is ready for pods. @throws Error, one line that says what is in the way; what had been started is ended. */
  async start(): Promise<void> {
    try {
      await this.startAll();
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  private async startAll(): Promise<void> {
    const { databaseUrl, redisUrl, nodeName, dataDir, secret } = this.options;
    const clock = new SystemClock();
    await migrated(databaseUrl);
    const store = (this.store = await openStore({ url: databaseUrl, clock, name: `podbox worker ${nodeName}`, onTrouble: (error) => this.trouble(error.message) }));
    this.parts.push(() => store.close());
    const queue = (this.queue = new BullMqQueue({ url: redisUrl, onError: (what, error) => this.trouble(`${what}: ${reason(error)}`) }));
    this.parts.push(() => queue.close());
    await queue.wasEmptied().catch((error: unknown) => unusable('Redis', redisUrl, error, 'REDIS_URL'));
    const podCidr = await allocatePodCidr(store, nodeName, clock.now(), this.options.podCidr);
    const nodeIp = nodeAddress(podCidr);
    const graceMs = this.options.nodeGraceSeconds * 1000;
    const runtime = await openRuntime(this.options, { nodeIp, podCidr }, clock, warn);
    // The kubelet closes the runtime when it stops.
    const kubelet = new Kubelet({ node: nodeName, store, queue, ...runtime, clock, dataDir, nodeIp, podCidr, hostPaths: this.options.hostPaths, maxParallelPulls: this.options.maxParallelPulls, graceMs, secret, onLost: this.lost, log: warn });
    this.kubelet = kubelet;
    this.parts.push(() => kubelet.stop());
    await kubelet.start();
    if (this.options.control) {
      const control = new ControlLoop({ store, queue, clock, nodeGraceMs: graceMs, log: warn });
      this.parts.push(() => control.stop());
      await control.start();
    }
    this.started = true;
    print(`node ${nodeName} is ready (pods get addresses from ${podCidr})`);
  }

  async stop(): Promise<void> {
    if (this.started && this.options.onShutdown === 'drain') await this.drain().catch((error: unknown) => warn(`draining failed: ${reason(error)}`));
    for (const end of this.parts.splice(0).reverse()) await end();
  }

  /** The pods go before anything of this worker does. Whoever has lost its node has none to drain. */
  private async drain(): Promise<void> {
    const { store, kubelet, options } = this;
    if (!store || !kubelet?.isNode) return;
    const clock = new SystemClock();
    print(`node ${options.nodeName} is being drained`);
    await kubelet.leave();
    const left = await drain({ store, clock, node: options.nodeName, seconds: options.drainSeconds });
    if (left.length > 0) warn(`not drained within ${options.drainSeconds} s: ${left.join(', ')} (PODBOX_DRAIN_SECONDS)`);
  }

  /** Of the connections: while it starts, the start says what is wrong; afterwards what stays so is said once, not each second. */
  private trouble(line: string): void {
    if (!this.started || line === this.lastTrouble) return;
    this.lastTrouble = line;
    warn(line);
  }

  stats(): unknown {
    return { store: this.store?.stats(), queue: this.queue?.stats(), kubelet: this.kubelet?.stats() };
  }
}
