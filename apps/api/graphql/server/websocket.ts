import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { getOperationAST, GraphQLError, parse, specifiedRules, validate, type ExecutionArgs, type GraphQLSchema } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import type { Clock } from '#clock';
import type { GraphqlContext } from './context.js';
import { formatError } from './errors.js';
import { limitsRule } from './limits.js';
import { withWarnings } from './warnings.js';

/** Largest message of a client: an operation with a manifest in it. */
const MAX_MESSAGE_BYTES = 3 * 1024 * 1024;
const HEARTBEAT_MS = 12_000;
/** What a client has to answer the close of its connection when the service stops. */
const GOODBYE_MS = 1_000;

export interface GraphqlSockets {
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Closes every connection with 1001, going away: clients then come back with their cursors. */
  close(): Promise<void>;
}

/**
 * GraphQL over websockets (graphql-ws, subprotocol graphql-transport-ws). The next message of a subscription is asked for only when
 * the one before has been handed to the network, so that a slow client holds its own subscription back and nobody else's.
 */
export function createGraphqlSockets(schema: GraphQLSchema, context: (request: IncomingMessage) => GraphqlContext, clock: Clock, report: (error: unknown) => void): GraphqlSockets {
  const server = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE_BYTES });
  const format = (error: GraphQLError) => formatError(error.toJSON(), error, report);
  const running = useServer(
    {
      // Where the client's token (connectionParams) will be looked at, once there are tokens.
      onConnect: () => true,
      onSubscribe: ({ extra }, _id, { query, operationName, variables }) => prepare(schema, query, operationName, variables, () => context(extra.request)),
      onNext: (_context, _id, _payload, { contextValue }, result) =>
        withWarnings(result.errors ? { ...result, errors: result.errors.map(format) } : result, contextValue as GraphqlContext),
      onError: (_context, _id, _payload, errors) => errors.map((error) => (error instanceof GraphQLError ? format(error) : error)),
    },
    server,
    HEARTBEAT_MS,
  );
  return {
    handleUpgrade: (request, socket, head) => server.handleUpgrade(request, socket, head, (client) => server.emit('connection', client, request)),
    close: async () => {
      const cancel = clock.at(clock.now() + GOODBYE_MS, () => {
        for (const client of server.clients) client.terminate();
      });
      await running.dispose();
      cancel();
    },
  };
}

/** What to execute, or what is wrong with the operation. */
function prepare(
  schema: GraphQLSchema,
  query: string,
  operationName: string | null | undefined,
  variableValues: Record<string, unknown> | null | undefined,
  context: () => GraphqlContext,
): ExecutionArgs | GraphQLError[] {
  let document;
  try {
    document = parse(query);
  } catch (error) {
    // What is no syntax error is one too: nested so deep that the parser gave up.
    return [error instanceof GraphQLError ? error : new GraphQLError('the operation cannot be parsed: it is nested too deep')];
  }
  const errors = validate(schema, document, [...specifiedRules, limitsRule]);
  if (errors.length > 0) return [...errors];
  if (!getOperationAST(document, operationName)) return [new GraphQLError('operationName must name one of the operations of the document')];
  return { schema, document, operationName, variableValues, contextValue: context() };
}
