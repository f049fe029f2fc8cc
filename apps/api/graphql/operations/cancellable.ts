/**
 * An async generator that its reader can end while it waits for the next value: `return` aborts the signal. (A generator's own
 * `return` waits for the pending value first, which may never come.)
 */
export function cancellable<T>(start: (signal: AbortSignal) => AsyncGenerator<T>): AsyncGenerator<T> {
  const controller = new AbortController();
  const source = start(controller.signal);
  return {
    next: () => source.next(),
    return: async (value) => {
      controller.abort();
      return source.return(value);
    },
    throw: async (error) => {
      controller.abort();
      return source.throw(error);
    },
    [Symbol.asyncIterator]() {
      return this;
    },
    async [Symbol.asyncDispose]() {
      await this.return(undefined);
    },
  };
}
