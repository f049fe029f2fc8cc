import { HeaderMap, type ApolloServerPlugin, type GraphQLResponse } from '@apollo/server';
import type { Request } from 'express';
import { GraphQLError } from 'graphql';
import type { Clock } from '#clock';
import { costError } from '../limits/cost.js';
import type { GraphqlLimits } from '../limits/limits.js';
import { authenticate, type Caller } from './authentication.js';
import type { GraphqlContext } from './context.js';
import { executeQuery } from './execute.js';
import type { Format } from './subscribe.js';

/** The context of a request over plain HTTP. @throws GraphQLError UNAUTHORIZED (401) */
export const contextOfRequest =
  (context: (caller: Caller) => GraphqlContext) =>
  ({ req }: { req: Request }): GraphqlContext => {
    const caller = authenticate({ headers: req.headers });
    if (!caller) throw new GraphQLError('Unauthorized', { extensions: { code: 'UNAUTHORIZED', http: { status: 401 } } });
    return context(caller);
  };

const NO_SUBSCRIPTIONS = 'a subscription needs a connection that stays: a websocket (graphql-transport-ws) here, or server-sent events at /graphql/stream';

/** Executes queries within their time, after a look at what they may cost. Mutations take what time they need (a clock's step may be long). */
export const executionPlugin = (limits: GraphqlLimits, clock: Clock, format: Format): ApolloServerPlugin<GraphqlContext> => ({
  requestDidStart: async () => ({
    didResolveOperation: async ({ schema, document, operation, request }) => {
      if (operation?.operation === 'subscription') throw new GraphQLError(NO_SUBSCRIPTIONS, { nodes: operation, extensions: { code: 'BAD_REQUEST', http: { status: 400 } } });
      const tooDear = operation && costError(schema, document, operation, request.variables ?? {}, limits.cost);
      // The status with which Apollo answers it.
      if (tooDear) throw new GraphQLError(tooDear.message, { nodes: operation, extensions: { ...tooDear.extensions, http: { status: 400 } } });
    },
    responseForOperation: async ({ schema, document, operation, operationName, request, contextValue }): Promise<GraphQLResponse | null> => {
      if (operation?.operation !== 'query') return null;
      const { errors, ...result } = await executeQuery({ schema, document, operationName, variableValues: request.variables, contextValue }, clock, limits.queryMs);
      const timedOut = errors?.some(({ extensions }) => extensions['code'] === 'TIMEOUT') ?? false;
      // Without data nothing was executed: the variables were wrong, or time was up.
      const status = 'data' in result ? undefined : timedOut ? 504 : 400;
      const singleResult = { ...result, ...(errors && { errors: errors.map(format) }) };
      return { body: { kind: 'single', singleResult }, http: { status, headers: new HeaderMap() } };
    },
  }),
});
