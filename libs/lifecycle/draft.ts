import type { EventWords } from './events.js';
import type { PodAction, PodDecision, PodMemo } from './types.js';
import type { ContainerView } from './view.js';

/** A decision while it is being made. */
export class Draft {
  readonly actions: PodAction[] = [];
  /** Something that the start of every further container waits for was ordered: a pull, or a postStart hook. */
  blocked = false;
  private requeueAt?: number;

  constructor(public memo: PodMemo) {}

  add(...actions: PodAction[]): void {
    this.actions.push(...actions);
  }

  event(words: EventWords, container?: ContainerView): void {
    this.actions.push({
      type: 'event',
      eventType: words.type,
      reason: words.reason,
      message: words.message,
      ...(container && { container: container.name, kind: container.kind }),
    });
  }

  /** To look again at `at`, or before. */
  wake(at: number): void {
    this.requeueAt = Math.min(this.requeueAt ?? Infinity, at);
  }

  done(): PodDecision {
    return { actions: this.actions, memo: this.memo, ...(this.requeueAt !== undefined && { requeueAt: this.requeueAt }) };
  }
}
