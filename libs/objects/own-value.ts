/** What `map` says of `key`. What every object has by its nature, such as `constructor`, is nothing that anybody said. */
export const ownValue = <T>(map: Readonly<Record<string, T>> | undefined, key: string): T | undefined => (map && Object.hasOwn(map, key) ? map[key] : undefined);
