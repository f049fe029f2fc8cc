import { isObject } from './fields.js';

/**
 * Orders a merged list as $setElementOrder says. Items that it does not name keep their places among the others as in the live list, as far
 * as that goes. `key` '' for plain values. Source: normalizeElementOrder and mergeSortedSlice in strategicpatch/patch.go.
 */
export function inOrder(merged: unknown[], live: unknown[], order: unknown[], key: string): unknown[] {
  const idOf = (item: unknown) => (key !== '' && isObject(item) ? item[key] : item);
  const wanted = order.map(idOf);
  const serverOrder = live.map(idOf);
  const rank = (item: unknown) => wanted.indexOf(idOf(item));
  const named = merged.filter((item) => rank(item) >= 0).sort((a, b) => rank(a) - rank(b));
  const others = merged.filter((item) => rank(item) < 0);
  let from = 0;
  for (const item of others) {
    const place = serverOrder.indexOf(idOf(item));
    while (from < named.length && !(place >= 0 && serverOrder.indexOf(idOf(named[from])) > place)) from++;
    named.splice(from++, 0, item);
  }
  return named;
}
