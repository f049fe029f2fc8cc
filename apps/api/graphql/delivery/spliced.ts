const MARK = '\u0001';
const WRITTEN = JSON.stringify(MARK);

/** A result that has been made into JSON already, for all who get the same one. `cursor`: of its message. */
export class SharedResult {
  /** An ExecutionResult as far as GraphQL's libraries look into it. */
  declare readonly data?: undefined;
  private encoded?: Buffer;

  constructor(
    readonly text: string,
    readonly cursor: string,
  ) {}

  /** The text in UTF-8: made once. */
  get bytes(): Buffer {
    return (this.encoded ??= Buffer.from(this.text));
  }
}

/**
 * Puts text that is JSON already into messages that a library makes with JSON.stringify: the library gets a mark to write, the text takes
 * the mark's place in what it has written. One for each connection; marks are replaced in the order in which they were written.
 */
export class Splicer {
  private readonly results: SharedResult[] = [];

  /** What is to be handed to the library. */
  mark(result: SharedResult): object {
    return {
      toJSON: () => {
        this.results.push(result);
        return MARK;
      },
    };
  }

  /** The written message with the text in it; one without a mark as it is. Of a client's own texts only the id of its operation can be in it, before the mark. */
  apply(message: string): string {
    const parts = this.parts(message);
    return parts ? parts.before + parts.result.text + parts.after : message;
  }

  /** What of the written message stands around a text; undefined: there is no mark in it. */
  parts(message: string): { before: string; result: SharedResult; after: string } | undefined {
    const at = this.results.length === 0 ? -1 : message.lastIndexOf(WRITTEN);
    return at < 0 ? undefined : { before: message.slice(0, at), result: this.results.shift()!, after: message.slice(at + WRITTEN.length) };
  }
}
