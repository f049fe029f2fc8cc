/** What the examples share: a connection, and how an operation of operations.graphql is sent, with the types that were made for it. */
import { readFileSync } from 'node:fs';
import { createClient, type Client } from 'graphql-ws';
import { WebSocket } from 'ws';

/** Where Podbox is. */
export const BASE = process.env['PODBOX_URL'] ?? 'http://127.0.0.1:8080';

const query = readFileSync(new URL('operations.graphql', import.meta.url), 'utf8');

/** What the service answered, when it was not what was asked for. */
export class Refused extends Error {
  constructor(readonly errors: readonly { message: string; extensions?: Record<string, unknown> }[]) {
    super(errors.map(({ message }) => message).join('\n'));
  }

  /** NOT_FOUND, INVALID, EXPIRED, SLOW_CLIENT .. */
  get code(): unknown {
    return this.errors[0]?.extensions?.['code'];
  }
}

/** `retries`: how often a connection that breaks is made again before an operation fails. A subscription that goes on by its cursor wants 0. */
export const connect = (retries = 0): Client => createClient({ url: `${BASE.replace(/^http/, 'ws')}/graphql`, webSocketImpl: WebSocket, retryAttempts: retries });

/** The results of an operation, until it ends. @throws Refused; anything else: the connection broke. */
export async function* results<Data, Variables extends Record<string, unknown>>(client: Client, operationName: string, variables: Variables): AsyncGenerator<Data> {
  try {
    for await (const { data, errors } of client.iterate<Data>({ query, operationName, variables })) {
      if (errors) throw new Refused(errors);
      yield data!;
    }
  } catch (problem) {
    // An operation that ends with errors ends its iterator with the list of them.
    throw Array.isArray(problem) ? new Refused(problem as Refused['errors']) : problem;
  }
}

/** The one result of a query or mutation. @throws Refused */
export async function result<Data, Variables extends Record<string, unknown>>(client: Client, operationName: string, variables: Variables): Promise<Data> {
  for await (const data of results<Data, Variables>(client, operationName, variables)) return data;
  throw new Error(`${operationName} had no result`);
}
