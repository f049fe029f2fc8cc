import type { Clock } from '#clock';
import { RuntimeError, type ServiceEntry } from '#runtime';
import type { NodeSize } from '../kernel/node-figures.js';
import type { WebHost } from '../net/web-hosts.js';
import { HEARTBEAT_MS } from '../thread/protocol.js';
import { ThreadLink, type ThreadEvents } from './thread-link.js';

export interface ThreadPoolOptions {
  clock: Clock;
  threads: number;
  seed: number;
  web: Record<string, WebHost>;
  node: NodeSize;
  persistAfterMs: number;
  stallAfterMs: number;
}

/** The worker threads: where a pod goes, and what happens to a thread that hangs or dies. */
export class ThreadPool {
  private links: ThreadLink[] = [];
  private services: ServiceEntry[] = [];
  private cancelCheck: () => void = () => undefined;
  private closing = false;
  private started = 0;

  /** @param events lost() is told after the lost thread has been replaced. */
  constructor(
    private readonly options: ThreadPoolOptions,
    private readonly events: ThreadEvents,
  ) {}

  async start(): Promise<void> {
    this.links = Array.from({ length: this.options.threads }, (_, index) => this.startThread(index));
    await Promise.all(this.links.map((link) => link.ready));
    this.checkHearts();
  }

  /** The thread with the fewest pods. */
  choose(): ThreadLink {
    const alive = this.links.filter((link) => link.alive);
    if (alive.length === 0) throw new RuntimeError('UNAVAILABLE', 'no thread of the virtual runtime is running');
    return alive.reduce((best, link) => (link.pods < best.pods ? link : best));
  }

  threads(): readonly ThreadLink[] {
    return this.links;
  }

  setServices(services: ServiceEntry[]): void {
    this.services = services;
    for (const link of this.links) link.send({ type: 'setServices', services });
  }

  /** Saves the volumes and ends the threads. */
  async close(): Promise<void> {
    this.closing = true;
    // A thread that hangs cannot save: the look at the hearts gives it up, and the question fails.
    await Promise.allSettled(this.links.map((link) => link.askNumber({ type: 'persistVolumes' })));
    this.cancelCheck();
    await Promise.all(this.links.map((link) => link.close()));
  }

  private startThread(index: number): ThreadLink {
    const { seed, web, node, persistAfterMs } = this.options;
    const link = new ThreadLink(index, { seed: seed + this.started++, web, node, persistAfterMs }, { message: this.events.message, lost: this.lost });
    if (this.services.length > 0) link.send({ type: 'setServices', services: this.services });
    return link;
  }

  private readonly lost = (link: ThreadLink, why: string): void => {
    if (this.closing) return;
    const replace = () => {
      if (!this.closing) this.links[link.index] = this.startThread(link.index);
    };
    // One that never came up is tried again at leisure.
    if (link.cameUp) replace();
    else this.options.clock.at(this.options.clock.now() + HEARTBEAT_MS, replace);
    this.events.lost(link, why);
  };

  private checkHearts(): void {
    const { clock, stallAfterMs } = this.options;
    const looks = Math.max(2, Math.ceil(stallAfterMs / HEARTBEAT_MS));
    for (const link of this.links) {
      // Looks are counted, not time: when this whole process was stopped for a while, that is not the thread's fault.
      if (link.alive && link.checkHeart() >= looks) void link.abandon(`it showed no life for ${stallAfterMs} ms`);
    }
    this.cancelCheck = clock.at(clock.now() + HEARTBEAT_MS, () => this.checkHearts());
  }
}
