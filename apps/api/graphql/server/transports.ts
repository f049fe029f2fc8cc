import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Request, Response } from 'express';
import type { GraphQLError, GraphQLSchema } from 'graphql';
import { createContext, type GraphqlServices } from './context.js';
import { Documents } from './documents.js';
import { formatError } from './errors.js';
import { createGraphqlStreams, type GraphqlStreams } from './sse.js';
import { Subscriptions } from './subscribe.js';
import { createGraphqlSockets, type GraphqlSockets, type TransportOptions } from './websocket.js';

/** Websockets and event streams, over one set of subscriptions: what is made for a subscriber of one serves those of the other. */
export class GraphqlTransports {
  private sockets?: GraphqlSockets;
  private streams?: GraphqlStreams;

  constructor(
    private readonly schema: () => GraphQLSchema,
    private readonly sources: GraphqlServices,
    private readonly report: (error: unknown) => void,
  ) {}

  /** To be called when the schema is there. */
  start(): void {
    const schema = this.schema();
    const { clock, limits } = this.sources;
    const format = (error: GraphQLError) => formatError(error.toJSON(), error, this.report);
    const options: TransportOptions = {
      schema,
      documents: new Documents(schema, limits),
      subscriptions: new Subscriptions(limits, clock, format),
      context: (caller) => createContext(this.sources, caller),
      format,
      limits,
      clock,
      report: this.report,
    };
    this.sockets = createGraphqlSockets(options);
    this.streams = createGraphqlStreams(options);
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.sockets?.handleUpgrade(request, socket, head);
  }

  async stream(request: Request, response: Response): Promise<void> {
    await this.streams?.handle(request, response);
  }

  /** Ends all connections; clients come back with their cursors. */
  async close(): Promise<void> {
    this.streams?.close();
    await this.sockets?.close();
  }
}
