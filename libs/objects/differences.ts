/** Where two JSON values differ, a line for each side: `-spec.nodeName: "a"`, `+spec.nodeName: "b"`. */
export function differences(before: unknown, after: unknown, path: string): string[] {
  if (isObject(before) && isObject(after) && Array.isArray(before) === Array.isArray(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    const step = (key: string) => (Array.isArray(before) ? `${path}[${key}]` : `${path}.${key}`);
    return keys.flatMap((key) => differences(before[key], after[key], step(key)));
  }
  const [old, now] = [JSON.stringify(before), JSON.stringify(after)];
  if (old === now) return [];
  return [...(old === undefined ? [] : [`-${path}: ${old}`]), ...(now === undefined ? [] : [`+${path}: ${now}`])];
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
