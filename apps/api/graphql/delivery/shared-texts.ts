import type { Clock } from '#clock';

/** Fan-out of one change to thousands takes milliseconds; what is older is made anew, since some fields change by themselves (times, other objects). */
const TURN_MS = 500;

type Text = string | Promise<string>;

/** Of each group of subscribers who ask for the same, the texts of the newest messages: each is made once. */
export class SharedTexts {
  private readonly groups = new Map<string, TextGroup>();

  constructor(private readonly clock: Clock) {}

  /** The group of `key`, to be left again. */
  join(key: string): TextGroup {
    let group = this.groups.get(key);
    if (!group) this.groups.set(key, (group = new TextGroup(this.clock)));
    group.members++;
    return group;
  }

  leave(key: string): void {
    const group = this.groups.get(key);
    if (group && --group.members === 0) this.groups.delete(key);
  }

  get size(): number {
    return this.groups.size;
  }
}

export class TextGroup {
  members = 0;
  private live?: unknown;
  /** Texts that were made, for all members: not one a member. */
  made = 0;
  private young = new Map<string, Text>();
  private old = new Map<string, Text>();
  private turned: number;

  constructor(private readonly clock: Clock) {
    this.turned = clock.now();
  }

  /** The text of the message `name`, made by `make` unless another member has just had it made. Kept for half a second to a second. */
  text(name: string, make: () => Text): Text {
    if (this.members === 1) return this.make(make);
    const now = this.clock.now();
    if (now - this.turned >= TURN_MS) {
      this.old = now - this.turned < 2 * TURN_MS ? this.young : new Map<string, Text>();
      this.young = new Map();
      this.turned = now;
    }
    let text = this.young.get(name) ?? this.old.get(name);
    if (text === undefined) this.young.set(name, (text = this.make(make)));
    return text;
  }

  /** What the group's members hear once they have caught up; `make` is called once. */
  feed<T>(make: () => T): T {
    return (this.live ??= make()) as T;
  }

  private make(make: () => Text): Text {
    this.made++;
    return make();
  }
}
