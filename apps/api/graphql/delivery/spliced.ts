const MARK = '\u0001';
const WRITTEN = JSON.stringify(MARK);

/** A result that has been made into JSON already, for all who get the same one. `cursor`: of its message. */
export class SharedResult {
  /** An ExecutionResult as far as GraphQL's libraries look into it. */
  declare readonly data?: undefined;

  constructor(
    readonly text: string,
    readonly cursor: string,
  ) {}
}

/**
 * Puts text that is JSON already into messages that a library makes with JSON.stringify: the library gets a mark to write, the text takes
 * the mark's place in what it has written. One for each connection; marks are replaced in the order in which they were written.
 */
export class Splicer {
  private readonly texts: string[] = [];

  /** What is to be handed to the library. */
  mark(result: SharedResult): object {
    return {
      toJSON: () => {
        this.texts.push(result.text);
        return MARK;
      },
    };
  }

  /** The written message with the text in it; one without a mark as it is. Of a client's own texts only the id of its operation can be in it, before the mark. */
  apply(message: string): string {
    if (this.texts.length === 0) return message;
    const at = message.lastIndexOf(WRITTEN);
    return at < 0 ? message : message.slice(0, at) + this.texts.shift()! + message.slice(at + WRITTEN.length);
  }
}
