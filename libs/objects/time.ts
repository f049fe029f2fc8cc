/** metav1.Time: RFC 3339 in whole seconds, UTC. `ms` is epoch milliseconds. */
export function toTime(ms: number): string {
  return new Date(Math.floor(ms / 1000) * 1000).toISOString().replace('.000Z', 'Z');
}

/** metav1.MicroTime, with six digits of a second (only milliseconds are known). */
export function toMicroTime(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '000Z');
}

/** Epoch milliseconds of a metav1.Time; undefined where there is none. */
export function fromTime(time: string | null | undefined): number | undefined {
  if (!time) return undefined;
  const ms = Date.parse(time);
  return Number.isNaN(ms) ? undefined : ms;
}
