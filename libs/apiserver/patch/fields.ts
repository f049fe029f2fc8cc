export type Fields = Record<string, unknown>;

export const isObject = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Assignment that makes a property of `__proto__` too: a legal key of a ConfigMap. */
export function put(target: Fields, key: string, value: unknown): void {
  if (key === '__proto__') Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
  else target[key] = value;
}

export const own = (target: Fields, key: string): unknown => (Object.hasOwn(target, key) ? target[key] : undefined);
