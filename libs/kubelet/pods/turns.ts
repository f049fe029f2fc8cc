/** So many of those who go first in a row, then one of the others: nobody waits for ever. */
const MOST_IN_A_ROW = 16;

/**
 * Lets so many run at once. Who waits goes on in the order in which they came, those who go `first` before the others.
 */
export class Turns {
  private readonly first: (() => void)[] = [];
  private readonly others: (() => void)[] = [];
  private inARow = 0;

  constructor(private free: number) {}

  /** Resolves when it is one's turn: at once (undefined) while there is room. Whoever took one gives it back. */
  take(first: boolean): Promise<void> | undefined {
    if (this.free > 0) {
      this.free--;
      return undefined;
    }
    return new Promise((resolve) => (first ? this.first : this.others).push(resolve));
  }

  give(): void {
    const othersNow = this.first.length === 0 || (this.inARow >= MOST_IN_A_ROW && this.others.length > 0);
    this.inARow = othersNow ? 0 : this.inARow + 1;
    const next = (othersNow ? this.others : this.first).shift();
    if (next) next();
    else this.free++;
  }
}
