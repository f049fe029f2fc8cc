import type { Request, Response } from 'express';
import { execute, GraphQLError, type ExecutionArgs, type ExecutionResult } from 'graphql';
import { createHandler, type Handler } from 'graphql-sse';
import { Outlet, type Data, type Sink } from '../delivery/outlet.js';
import { SharedResult, Splicer } from '../delivery/spliced.js';
import { authenticate } from './authentication.js';
import type { GraphqlContext } from './context.js';
import { areErrors, executeQuery } from './execute.js';
import { isStream, type Operation } from './subscribe.js';
import { withWarnings } from './warnings.js';
import type { TransportOptions } from './websocket.js';

/** One event stream: a request and its answer. */
interface Stream {
  outlet: Outlet;
  splicer: Splicer;
  context: GraphqlContext;
}

type SseContext = GraphqlContext & Record<PropertyKey, unknown>;

export interface GraphqlStreams {
  handle(request: Request, response: Response): Promise<void>;
  /** Ends all streams: clients then come back with their cursors. */
  close(): void;
}

const EVENT_STREAM = 'text/event-stream';

/**
 * GraphQL over server-sent events (graphql-sse, distinct connections: a request is one operation, its answer the stream of its results). What ends a subscription, as
 * SLOW_CLIENT or EXPIRED, is the stream's last result before `complete`.
 */
export function createGraphqlStreams(options: TransportOptions): GraphqlStreams {
  const handler = sseHandler(options);
  const open = new Set<() => void>();
  const handle = async (request: Request, response: Response): Promise<void> => {
    const problem = refusal(request);
    if (problem) {
      response.status(problem.status).set(problem.headers ?? {});
      return void response.json({ errors: [{ message: problem.message, extensions: { code: problem.code } }] });
    }
    const caller = authenticate({ headers: request.headers });
    if (!caller) return void response.status(401).json({ errors: [{ message: 'Unauthorized', extensions: { code: 'UNAUTHORIZED' } }] });
    const stream: Stream = { outlet: new Outlet(new ResponseSink(response)), splicer: new Splicer(), context: options.context(caller) };
    const [body, { status, headers }] = await handler({
      method: request.method,
      url: request.originalUrl,
      // The library looks for this one media type alone.
      headers: { get: (name) => (name === 'accept' ? EVENT_STREAM : (request.headers[name] as string | undefined)) },
      body: request.method === 'POST' ? (request.body as Record<string, unknown>) : null,
      raw: request,
      context: stream,
    });
    response.writeHead(status, headers);
    if (!body || typeof body === 'string') return void response.end(body);
    const end = () => void body.return(undefined).catch(options.report);
    open.add(end);
    response.on('drain', () => stream.outlet.drained());
    response.once('close', () => {
      open.delete(end);
      stream.outlet.drained();
      end();
    });
    for await (const text of body) await stream.outlet.send(stream.splicer.apply(text));
    response.end();
  };
  return { handle, close: () => open.forEach((end) => end()) };
}

function sseHandler({ schema, documents, subscriptions, format, limits, clock }: TransportOptions): Handler<Request, Stream> {
  const failed = (errors: readonly GraphQLError[]) => ({ data: undefined, errors: errors.map(format) }) as unknown as ExecutionResult;
  const formatted = (result: ExecutionResult) => (result.errors ? { ...result, errors: failed(result.errors).errors } : result);
  return createHandler<Request, Stream, SseContext>({
    schema,
    // A request is an operation: there are no streams that further ones could be added to.
    authenticate: () => null,
    onSubscribe: ({ context: stream }, { query, operationName, variables }) => {
      const prepared = documents.prepare(query, operationName, (variables as Record<string, unknown> | undefined) ?? {});
      if (areErrors(prepared)) return failed(prepared);
      // A mutation by GET is refused by the library, with 405.
      return { schema, ...prepared, operationName, variableValues: variables as Record<string, unknown>, contextValue: stream.context as SseContext };
    },
    // The documents are checked already.
    validate: () => [],
    execute: async (args) => formatted(await (operationOf(args).operation.operation === 'query' ? executeQuery(args, clock, limits.queryMs) : execute(args))),
    subscribe: async (args) => {
      const result = await subscriptions.subscribe(operationOf(args));
      return isStream(result) ? endingWithItsError(result, (error) => failed([asGraphQLError(error)])) : formatted(result);
    },
    onNext: async (_context, { context: { outlet, splicer, context } }, result) => {
      await outlet.room();
      return (result instanceof SharedResult ? splicer.mark(result) : withWarnings(result as ExecutionResult, context)) as ExecutionResult;
    },
  });
}

/** What onSubscribe has made. */
const operationOf = (args: ExecutionArgs): Operation => args as Operation;

/** The protocol has no message for an error: it is the last result. */
function endingWithItsError(results: AsyncGenerator<ExecutionResult>, last: (error: unknown) => ExecutionResult): AsyncGenerator<ExecutionResult> {
  return {
    next: () => results.next().catch((error: unknown) => ({ done: false, value: last(error) })),
    return: (value) => results.return(value),
    throw: (error) => results.throw(error),
    [Symbol.asyncIterator]() {
      return this;
    },
    async [Symbol.asyncDispose]() {
      await results.return(undefined);
    },
  };
}

const asGraphQLError = (error: unknown): GraphQLError =>
  error instanceof GraphQLError ? error : new GraphQLError(error instanceof Error ? error.message : String(error), { originalError: error instanceof Error ? error : undefined });

interface Refusal {
  status: number;
  code: string;
  message: string;
  headers?: Record<string, string>;
}

/** undefined: the request may ask for an event stream. A page elsewhere cannot set the header that is asked for without being told by its Origin. */
function refusal({ method, headers }: Request): Refusal | undefined {
  if (method !== 'GET' && method !== 'POST') return { status: 405, code: 'METHOD_NOT_ALLOWED', message: `${method} is not allowed here: GET or POST`, headers: { Allow: 'GET, POST' } };
  if (!headers.accept?.includes(EVENT_STREAM)) return { status: 406, code: 'NOT_ACCEPTABLE', message: `only ${EVENT_STREAM} is served here: say so in the header Accept` };
  return undefined;
}

class ResponseSink implements Sink {
  constructor(private readonly response: Response) {}

  get open(): boolean {
    return !this.response.closed && !this.response.writableEnded;
  }

  get buffered(): number {
    return this.response.writableLength;
  }

  write(data: Data): void {
    this.response.write(data);
  }

  cork(): void {
    this.response.cork();
  }

  uncork(): void {
    this.response.uncork();
  }
}
