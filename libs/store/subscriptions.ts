import type { LogChange } from './log-change.js';
import { changeTypeFor } from './selection.js';
import type { ChangeType, Scope } from './types.js';

/** Items that may wait for one slow reader; with more it goes back to reading the log at its own pace. */
const MAX_WAITING = 1_000;

/** Lets one reader wait for "something has happened", which may also have happened before it waits. */
export class Bell {
  private rung = false;
  private answer?: () => void;

  ring(): void {
    this.rung = true;
    this.answer?.();
  }

  async wait(): Promise<void> {
    if (!this.rung) await new Promise<void>((resolve) => (this.answer = resolve));
    this.rung = false;
    this.answer = undefined;
  }
}

/** A reader that has caught up: changes in its scope are handed to it as they come. */
export class Subscription {
  readonly waiting: { type: ChangeType; change: LogChange }[] = [];
  /** Everything up to here was offered to it. */
  position: number;
  /** No longer offered anything: too much waits, or the log was compacted under the tailer. Goes on from `position` in the log. */
  behind = false;

  constructor(
    readonly scope: Scope,
    position: number,
    readonly bell: Bell,
  ) {
    this.position = position;
  }
}

/** The caught-up readers by what they look at, so that a change costs nothing to those it does not concern. */
export class Subscriptions {
  private readonly byScope = new Map<string, Set<Subscription>>();
  /** Readers of everything: rung at each page of the log. */
  readonly bells = new Set<Bell>();

  add(subscription: Subscription): void {
    const key = scopeText(subscription.scope.kind, subscription.scope.namespace, subscription.scope.name);
    let set = this.byScope.get(key);
    if (!set) this.byScope.set(key, (set = new Set()));
    set.add(subscription);
  }

  remove(subscription: Subscription): void {
    const key = scopeText(subscription.scope.kind, subscription.scope.namespace, subscription.scope.name);
    const set = this.byScope.get(key);
    set?.delete(subscription);
    if (set?.size === 0) this.byScope.delete(key);
  }

  offer(change: LogChange): void {
    const { kind, namespace, name } = change.key;
    for (const key of [scopeText(kind), scopeText(kind, namespace), scopeText(kind, namespace, name), scopeText(kind, undefined, name)]) {
      for (const subscription of this.byScope.get(key) ?? []) this.offerTo(subscription, change);
    }
  }

  private offerTo(subscription: Subscription, change: LogChange): void {
    if (change.revision <= subscription.position) return;
    const type = changeTypeFor(subscription.scope.matches, change);
    subscription.position = change.revision;
    if (!type) return;
    subscription.waiting.push({ type, change });
    if (subscription.waiting.length >= MAX_WAITING) this.leaveBehind(subscription);
    subscription.bell.ring();
  }

  private leaveBehind(subscription: Subscription): void {
    subscription.behind = true;
    this.remove(subscription);
  }

  /** The tailer, which has offered everything up to `last`, has lost the thread: every reader goes on from there by itself. */
  leaveAllBehind(last: number): void {
    for (const set of [...this.byScope.values()]) {
      for (const subscription of [...set]) {
        subscription.position = Math.max(subscription.position, last);
        this.leaveBehind(subscription);
        subscription.bell.ring();
      }
    }
  }

  /** After a page of the log, and when the store closes. */
  ringAll(): void {
    for (const bell of this.bells) bell.ring();
  }
}

const scopeText = (kind: string, namespace?: string, name?: string): string => `${kind}\n${namespace ?? '*'}\n${name ?? '*'}`;
