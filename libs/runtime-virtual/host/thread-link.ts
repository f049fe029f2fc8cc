import { Worker } from 'node:worker_threads';
import { RuntimeError, type PodsAtRest } from '#runtime';
import type { ImageLayer } from '../kernel/machine.js';
import type { Command, Reply, ThreadInit, ThreadMessage } from '../thread/protocol.js';

/** A command that is answered, before it has its request number. */
export type Question = Extract<Command, { request: number }> extends infer C ? (C extends unknown ? Omit<C, 'request'> : never) : never;

export interface ThreadEvents {
  message: (link: ThreadLink, message: ThreadEvent) => void;
  /** Called once: the thread has ended, was ended, or failed. */
  lost: (link: ThreadLink, why: string) => void;
}
export type ThreadEvent = Exclude<ThreadMessage, Reply | { type: 'ready' }>;

/** The main thread's end of one worker thread. Commands of one turn of the event loop go out as one message. */
export class ThreadLink {
  /** Pods that live on it. */
  pods = 0;
  alive = true;
  /** It has been ready once. */
  cameUp = false;
  readonly ready: Promise<void>;
  private readonly worker: Worker;
  private readonly heartbeat: Int32Array;
  private lastBeat = 0;
  /** Looks at the heart in a row that saw no beat. */
  private silentLooks = 0;
  private outgoing: Command[] = [];
  private nextRequest = 0;
  private readonly asked = new Map<
    number,
    { answered: (value: number, rest?: PodsAtRest) => void; failed: (error: RuntimeError) => void; code: 'START_FAILED' | 'UNAVAILABLE' }
  >();
  private readonly images = new Set<string>();
  private becomeReady: () => void = () => undefined;

  constructor(
    readonly index: number,
    options: Omit<ThreadInit, 'heartbeat'>,
    private readonly events: ThreadEvents,
  ) {
    const heartbeat = new SharedArrayBuffer(4);
    this.heartbeat = new Int32Array(heartbeat);
    const init: ThreadInit = { heartbeat, ...options };
    this.worker = new Worker(new URL('../thread/main.js', import.meta.url), { workerData: init, name: `pods-${index}` });
    let notReady: (error: Error) => void = () => undefined;
    this.ready = new Promise((resolve, reject) => {
      this.becomeReady = resolve;
      notReady = reject;
    });
    // Whoever starts the thread waits for `ready`; for a replacement nobody does, and lost() tells.
    this.ready.catch(() => undefined);
    this.worker.on('message', (messages: ThreadMessage[]) => this.receive(messages));
    this.worker.on('error', (error) => {
      notReady(error);
      this.lose(error.stack ?? String(error));
    });
    this.worker.on('exit', (code) => {
      notReady(new Error(`thread ${index} exited with code ${code} before it was ready`));
      this.lose(`it exited with code ${code}`);
    });
  }

  send(command: Command): void {
    if (!this.alive) return;
    if (this.outgoing.length === 0) setImmediate(() => this.flush());
    this.outgoing.push(command);
  }

  /** `answered` runs before anything that the thread told after its answer is handled. */
  ask(question: Question, answered: (value: number, rest?: PodsAtRest) => void, failed: (error: RuntimeError) => void): void {
    if (!this.alive) return failed(this.goneError());
    const request = this.nextRequest++;
    const code = question.type === 'startContainer' || question.type === 'startExec' ? 'START_FAILED' : 'UNAVAILABLE';
    this.asked.set(request, { answered, failed, code });
    this.send({ ...question, request } as Command);
  }

  askNumber(question: Question): Promise<number> {
    return new Promise((resolve, reject) => this.ask(question, resolve, reject));
  }

  /** Sends the image if the thread does not have it yet. */
  provideImage(layer: ImageLayer): void {
    if (this.images.has(layer.id)) return;
    this.images.add(layer.id);
    this.send({ type: 'addImage', layer });
  }

  /** Looks at the heart. Returns how many looks in a row have seen it still. */
  checkHeart(): number {
    const beat = Atomics.load(this.heartbeat, 0);
    this.silentLooks = beat === this.lastBeat ? this.silentLooks + 1 : 0;
    this.lastBeat = beat;
    return this.silentLooks;
  }

  /** Gives the thread up and ends it. */
  abandon(why: string): Promise<number> {
    this.lose(why);
    return this.worker.terminate();
  }

  /** Ends the thread without telling anybody. */
  async close(): Promise<void> {
    this.alive = false;
    for (const { failed } of this.asked.values()) failed(this.goneError());
    this.asked.clear();
    await this.worker.terminate();
  }

  private flush(): void {
    const commands = this.outgoing;
    this.outgoing = [];
    if (this.alive) this.worker.postMessage(commands);
  }

  private receive(messages: ThreadMessage[]): void {
    for (const message of messages) {
      if (!this.alive) return;
      if (message.type === 'reply') this.settle(message);
      else if (message.type === 'ready') {
        this.cameUp = true;
        this.becomeReady();
      } else this.events.message(this, message);
    }
  }

  private settle(reply: Reply): void {
    const asked = this.asked.get(reply.request);
    this.asked.delete(reply.request);
    if (reply.ok) asked?.answered(reply.value, reply.rest);
    else asked?.failed(new RuntimeError(asked.code, reply.error));
  }

  private lose(why: string): void {
    if (!this.alive) return;
    this.alive = false;
    for (const { failed } of this.asked.values()) failed(this.goneError());
    this.asked.clear();
    this.events.lost(this, why);
  }

  private goneError(): RuntimeError {
    return new RuntimeError('UNAVAILABLE', `the thread of the pod is gone (thread ${this.index})`);
  }
}
