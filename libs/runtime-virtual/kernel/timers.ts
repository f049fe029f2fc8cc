/**
 * When each sandbox has its next timer, as a heap by system time. The truth is process.wakeAt; the heap is a cache that can be derived
 * from it, so it may hold entries that are not true any more: those are dropped when they come to the top.
 */
import { realTime } from '#clock';
import type { Kernel } from './kernel.js';
import { wake } from './kernel.js';

interface Entry {
  /** System time at which it is due. */
  due: number;
  /** Pod time, as in process.wakeAt. */
  at: number;
  kernel: Kernel;
  process: number;
  /** Which building of the kernel's timers it comes from: those before the latest have the wrong `due`. */
  built: number;
}

const earlier = (a: Entry, b: Entry) => a.due < b.due || (a.due === b.due && (a.at < b.at || (a.at === b.at && a.process < b.process)));

export class Timers {
  private heap: Entry[] = [];
  /** The heap is cleaned when it has grown to this. */
  private limit = 1024;
  /** How often a kernel's timers were built anew; 0 where it is not in here. */
  private readonly builds = new WeakMap<Kernel, number>();

  add(kernel: Kernel, process: number, at: number): void {
    const due = Math.ceil(realTime(kernel.box.clock, at));
    if (due === Infinity) return;
    this.push({ due, at, kernel, process, built: this.builds.get(kernel) ?? 0 });
    if (this.heap.length > this.limit) this.clean();
  }

  /** All timers of a sandbox anew: after a restore, or when its clock has changed. Costs what it has itself, however many others there are. */
  rebuild(kernel: Kernel): void {
    this.builds.set(kernel, (this.builds.get(kernel) ?? 0) + 1);
    for (const p of Object.values(kernel.box.processes)) if (p.wakeAt > 0) this.add(kernel, p.id, p.wakeAt);
  }

  /** The system time of the earliest timer. */
  next(): number | undefined {
    while (this.heap.length > 0 && !this.holds(this.heap[0]!)) this.pop();
    return this.heap[0]?.due;
  }

  fire(realNow: number): void {
    for (;;) {
      const due = this.next();
      if (due === undefined || due > realNow) return;
      const { kernel, process } = this.pop()!;
      kernel.box.processes[process]!.wakeAt = 0;
      wake(kernel, process);
    }
  }

  private holds({ kernel, process, at, built }: Entry): boolean {
    if (kernel.box.processes[process]?.wakeAt !== at || kernel.core.kernels.get(kernel.box.init.id) !== kernel) return false;
    return built === (this.builds.get(kernel) ?? 0);
  }

  /** In one pass: each half of the tree is a heap before its root sinks into place. */
  private clean(): void {
    this.heap = this.heap.filter((entry) => this.holds(entry));
    for (let i = (this.heap.length >> 1) - 1; i >= 0; i--) this.sink(i, this.heap[i]!);
    this.limit = Math.max(1024, this.heap.length * 2);
  }

  private push(entry: Entry): void {
    const heap = this.heap;
    let i = heap.length;
    heap.push(entry);
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!earlier(entry, heap[parent]!)) break;
      heap[i] = heap[parent]!;
      i = parent;
    }
    heap[i] = entry;
  }

  private pop(): Entry | undefined {
    const heap = this.heap;
    const top = heap[0];
    const last = heap.pop();
    if (heap.length === 0 || last === undefined) return top;
    this.sink(0, last);
    return top;
  }

  /** Puts `entry` where it belongs at or below place `i`, which is free. */
  private sink(i: number, entry: Entry): void {
    const heap = this.heap;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && earlier(heap[child + 1]!, heap[child]!)) child++;
      if (!earlier(heap[child]!, entry)) break;
      heap[i] = heap[child]!;
      i = child;
    }
    heap[i] = entry;
  }
}
