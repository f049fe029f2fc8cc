/** Thrown by the selectors' parsers: what is wrong, where, and what would be right. */
export class SelectorError extends Error {
  override readonly name = 'SelectorError';
}
