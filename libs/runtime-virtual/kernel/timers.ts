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
}

const earlier = (a: Entry, b: Entry) => a.due < b.due || (a.due === b.due && (a.at < b.at || (a.at === b.at && a.process < b.process)));
const holds = (entry: Entry) => entry.kernel.core.kernels.get(entry.kernel.box.init.id) === entry.kernel && entry.kernel.box.processes[entry.process]?.wakeAt === entry.at;

export class Timers {
  private heap: Entry[] = [];
  /** The heap is cleaned when it has grown to this. */
  private limit = 1024;

  add(kernel: Kernel, process: number, at: number): void {
    const due = Math.ceil(realTime(kernel.box.clock, at));
    if (due === Infinity) return;
    this.push({ due, at, kernel, process });
    if (this.heap.length > this.limit) this.clean();
  }

  /** All timers of a sandbox anew: after a restore, or when its clock has changed. */
  rebuild(kernel: Kernel): void {
    this.clean((entry) => entry.kernel !== kernel);
    for (const p of Object.values(kernel.box.processes)) if (p.wakeAt > 0) this.add(kernel, p.id, p.wakeAt);
  }

  /** The system time of the earliest timer. */
  next(): number | undefined {
    while (this.heap.length > 0 && !holds(this.heap[0]!)) this.pop();
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

  private clean(keep: (entry: Entry) => boolean = () => true): void {
    const kept = this.heap.filter((entry) => keep(entry) && holds(entry));
    kept.sort((a, b) => (earlier(a, b) ? -1 : 1));
    this.heap = kept;
    this.limit = Math.max(1024, kept.length * 2);
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
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && earlier(heap[child + 1]!, heap[child]!)) child++;
      if (!earlier(heap[child]!, last)) break;
      heap[i] = heap[child]!;
      i = child;
    }
    heap[i] = last;
    return top;
  }
}
