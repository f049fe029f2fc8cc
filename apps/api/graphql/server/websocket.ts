import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { execute, GraphQLError, type GraphQLSchema } from 'graphql';
import { CloseCode, handleProtocols, makeServer, type Server } from 'graphql-ws';
import { WebSocketServer, type WebSocket } from 'ws';
import type { Clock } from '#clock';
import { Outlet, type Data, type Sink } from '../delivery/outlet.js';
import { SharedResult, Splicer } from '../delivery/spliced.js';
import { textFrame } from '../delivery/text-frame.js';
import type { GraphqlLimits } from '../limits/limits.js';
import { authenticate, type Caller } from './authentication.js';
import type { GraphqlContext } from './context.js';
import type { Documents } from './documents.js';
import { subscriptionLimit } from './errors.js';
import { areErrors, executeQuery } from './execute.js';
import type { Format, Operation, Subscriptions } from './subscribe.js';
import { withWarnings } from './warnings.js';

/** Largest message of a client: an operation with a manifest in it. */
const MAX_MESSAGE_BYTES = 3 * 1024 * 1024;
/** A client that does not answer a ping until the next one is gone. */
const HEARTBEAT_MS = 12_000;
/** What a client has to answer the close of its connection when the service stops. */
const GOODBYE_MS = 1_000;

/** What all GraphQL transports of this process share. */
export interface TransportOptions {
  schema: GraphQLSchema;
  documents: Documents;
  subscriptions: Subscriptions;
  context: (caller: Caller) => GraphqlContext;
  format: Format;
  limits: GraphqlLimits;
  clock: Clock;
  report: (error: unknown) => void;
}

/** A connection, as graphql-ws hands it back. */
interface Connection {
  headers: IncomingHttpHeaders;
  splicer: Splicer;
  caller?: Caller;
}

export interface GraphqlSockets {
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Closes every connection with 1001, going away: clients then come back with their cursors. */
  close(): Promise<void>;
}

/** GraphQL over websockets (graphql-ws, subprotocol graphql-transport-ws). */
export function createGraphqlSockets(options: TransportOptions): GraphqlSockets {
  const { clock } = options;
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE_BYTES, handleProtocols });
  const server = graphqlServer(options);
  const stopPings = every(clock, HEARTBEAT_MS, () => ping(sockets.clients));
  return {
    handleUpgrade: (request, socket, head) => sockets.handleUpgrade(request, socket, head, (client) => serve(server, client, socket, request.headers, options.report)),
    close: async () => {
      stopPings();
      for (const client of sockets.clients) client.close(1001, 'Going away');
      const cancel = clock.at(clock.now() + GOODBYE_MS, () => {
        for (const client of sockets.clients) client.terminate();
      });
      await new Promise((resolve) => sockets.close(resolve));
      cancel();
    },
  };
}

function graphqlServer({ schema, documents, subscriptions, context, format, limits, clock }: TransportOptions): Server<Connection> {
  return makeServer<Record<string, unknown>, Connection>({
    onConnect: ({ extra, connectionParams }) => {
      extra.caller = authenticate({ headers: extra.headers, connectionParams });
      return extra.caller !== undefined;
    },
    onSubscribe: ({ extra, subscriptions: running }, _id, { query, operationName, variables }) => {
      // This one is among them.
      if (Object.keys(running).length > limits.subscriptions) return [subscriptionLimit(limits.subscriptions)];
      const prepared = documents.prepare(query, operationName, variables ?? {});
      if (areErrors(prepared)) return prepared;
      const operation: Operation = { schema, ...prepared, operationName, variableValues: variables, contextValue: context(extra.caller!) };
      return operation;
    },
    execute: (args) => ((args as Operation).operation.operation === 'query' ? executeQuery(args, clock, limits.queryMs) : execute(args)),
    subscribe: (args) => subscriptions.subscribe(args as Operation),
    onNext: ({ extra }, _id, _payload, { contextValue }, result) =>
      result instanceof SharedResult
        ? extra.splicer.mark(result)
        : withWarnings(result.errors ? { ...result, errors: result.errors.map(format) } : result, contextValue as GraphqlContext),
    onError: (_context, _id, _payload, errors) => errors.map((error) => (error instanceof GraphQLError ? format(error) : error)),
  });
}

/** A websocket of ws, with the connection below it. */
class SocketSink implements Sink {
  constructor(
    private readonly client: WebSocket,
    private readonly socket: Duplex,
  ) {}

  get open(): boolean {
    return this.client.readyState === this.client.OPEN;
  }

  get buffered(): number {
    return this.client.bufferedAmount;
  }

  write(data: Data): void {
    if (typeof data === 'string') this.client.send(data);
    else this.socket.write(data);
  }

  cork(): void {
    this.socket.cork();
  }

  uncork(): void {
    this.socket.uncork();
  }
}

function serve(server: Server<Connection>, client: WebSocket, socket: Duplex, headers: IncomingHttpHeaders, report: (error: unknown) => void): void {
  const outlet = new Outlet(new SocketSink(client, socket));
  const splicer = new Splicer();
  socket.on('drain', () => outlet.drained());
  const closed = server.opened(
    {
      protocol: client.protocol,
      send: (message) => {
        const parts = splicer.parts(message);
        return outlet.send(parts ? textFrame(parts.before, parts.result.bytes, parts.after) : message);
      },
      close: (code, reason) => client.close(code, reason),
      onMessage: (handle) =>
        client.on('message', (data) => {
          handle(String(data)).catch((error: unknown) => {
            report(error);
            client.close(CloseCode.InternalServerError, 'Internal server error');
          });
        }),
    },
    { headers, splicer },
  );
  // A broken connection closes; what is wrong with it is the client's.
  client.on('error', () => client.terminate());
  client.once('close', (code, reason) => {
    outlet.drained();
    closed(code, String(reason)).catch(report);
  });
}

/** Ends the clients that have not answered the last ping, and pings the others. */
const silent = new WeakSet<WebSocket>();
function ping(clients: Set<WebSocket>): void {
  for (const client of clients) {
    if (silent.has(client)) {
      client.terminate();
      continue;
    }
    silent.add(client);
    client.once('pong', () => silent.delete(client));
    client.ping();
  }
}

function every(clock: Clock, ms: number, act: () => void): () => void {
  let cancel: () => void;
  const arm = () => {
    cancel = clock.at(clock.now() + ms, () => {
      act();
      arm();
    });
  };
  arm();
  return () => cancel();
}
