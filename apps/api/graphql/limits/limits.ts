/** What GraphQL's clients may ask for and take, so that none of them can occupy the service. */
export interface GraphqlLimits {
  /** Levels of fields below each other. */
  depth: number;
  /** Fields of an operation, its fragments written out. */
  fields: number;
  aliases: number;
  /** Words and signs of a document. */
  tokens: number;
  /** Field values that an operation may have to find out; a page counts with its size. */
  cost: number;
  /** Operations in one HTTP request. */
  batch: number;
  /** How long a query may take (ms). */
  queryMs: number;
  /** Subscriptions at a time on one websocket. */
  subscriptions: number;
  /** Whether the schema answers questions about itself. */
  introspection: boolean;
  /** Characters of text that may wait for a subscriber before it is closed as too slow. */
  slowClientBytes: number;
  /** How long a subscriber may take nothing of what it is being told (ms). */
  stallMs: number;
  /** How often subscribers get a BOOKMARK (ms). */
  heartbeatMs: number;
}

export const DEFAULT_LIMITS: GraphqlLimits = {
  depth: 15,
  fields: 1000,
  aliases: 50,
  tokens: 10_000,
  cost: 200_000,
  batch: 10,
  queryMs: 30_000,
  subscriptions: 200,
  introspection: true,
  slowClientBytes: 4 * 1024 * 1024,
  stallMs: 30_000,
  heartbeatMs: 15_000,
};

/** The environment variable of each limit, and what its values are multiplied by (seconds are ms inside). */
const VARIABLES: Record<Exclude<keyof GraphqlLimits, 'introspection'>, { name: string; unit?: number }> = {
  depth: { name: 'PODBOX_GRAPHQL_DEPTH' },
  fields: { name: 'PODBOX_GRAPHQL_FIELDS' },
  aliases: { name: 'PODBOX_GRAPHQL_ALIASES' },
  tokens: { name: 'PODBOX_GRAPHQL_TOKENS' },
  cost: { name: 'PODBOX_GRAPHQL_COST' },
  batch: { name: 'PODBOX_GRAPHQL_BATCH' },
  queryMs: { name: 'PODBOX_GRAPHQL_QUERY_SECONDS', unit: 1000 },
  subscriptions: { name: 'PODBOX_GRAPHQL_SUBSCRIPTIONS' },
  slowClientBytes: { name: 'PODBOX_GRAPHQL_SLOW_CLIENT_BYTES' },
  stallMs: { name: 'PODBOX_GRAPHQL_STALL_SECONDS', unit: 1000 },
  heartbeatMs: { name: 'PODBOX_GRAPHQL_HEARTBEAT_SECONDS', unit: 1000 },
};
const INTROSPECTION = 'PODBOX_GRAPHQL_INTROSPECTION';

/** The limits that the environment sets. `refuse` makes the error for a value that cannot be used. */
export function limitsOf(env: NodeJS.ProcessEnv, refuse: (message: string) => Error): Partial<GraphqlLimits> {
  const limits: Partial<GraphqlLimits> = {};
  for (const [limit, { name, unit = 1 }] of Object.entries(VARIABLES) as [keyof typeof VARIABLES, { name: string; unit?: number }][]) {
    const text = env[name];
    if (!text) continue;
    const value = Number(text) * unit;
    if (!/^\d+(\.\d+)?$/.test(text) || !(value > 0) || (unit === 1 && !Number.isInteger(value))) throw refuse(`${name}="${text}" is no ${unit === 1 ? 'whole ' : ''}number above 0`);
    limits[limit] = value;
  }
  const introspection = env[INTROSPECTION];
  if (introspection && !['true', 'false'].includes(introspection)) throw refuse(`${INTROSPECTION}="${introspection}" is neither true nor false`);
  return { ...limits, ...(introspection && { introspection: introspection === 'true' }) };
}
