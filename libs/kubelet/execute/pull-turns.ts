/** How many images a node pulls at once; the others wait in the order in which they came. Source: pkg/kubelet/images/puller.go. */
export class PullTurns {
  private under = 0;
  private readonly waiting: (() => void)[] = [];

  /** `most`: 1 is serializeImagePulls; 0: as many as there are. */
  constructor(private readonly most: number) {}

  /** Resolves when it is one's turn; what it gives is called at the end of it. */
  async enter(): Promise<() => void> {
    if (this.most > 0 && this.under >= this.most) await new Promise<void>((resolve) => this.waiting.push(resolve));
    else this.under += 1;
    return () => {
      const next = this.waiting.shift();
      if (next) next();
      else this.under -= 1;
    };
  }
}
