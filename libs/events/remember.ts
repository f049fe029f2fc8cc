/** As many as client-go remembers. Source: maxLruCacheEntries in events_cache.go. */
const MAX_REMEMBERED = 4096;

/** Keeps what was set last. */
export function remember<T>(map: Map<string, T>, key: string, value: T): void {
  map.delete(key);
  map.set(key, value);
  if (map.size <= MAX_REMEMBERED) return;
  const [oldest] = map.keys();
  map.delete(oldest!);
}
