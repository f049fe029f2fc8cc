/** An api server over a database of its own, and a client for it: for tests. */
import { request as httpRequest } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { SystemClock } from '#clock';
import type { KubeObject } from '#objects';
import { openStore } from '#store';
import type { PostgresStore } from '#store';
import { createTestDatabase } from '#testing';
import type { GraphqlLimits } from '../graphql/limits/limits.js';
import { startApi } from '../server.js';

export interface TestApi {
  url: string;
  store: PostgresStore;
  databaseUrl: string;
  close(): Promise<void>;
}

/** `databaseUrl`: of a database that is there (another api's, say); without, one of its own. */
export async function startTestApi(databaseUrl?: string, clusterSecret = 'secret', graphql: Partial<GraphqlLimits> = {}): Promise<TestApi> {
  const clock = new SystemClock();
  const database = databaseUrl === undefined ? await createTestDatabase() : undefined;
  const url = databaseUrl ?? database!.url;
  const store = await openStore({ url, clock, name: 'api under test' });
  const server = await startApi({ store, clock, clusterSecret, graphql }, '127.0.0.1', 0);
  return {
    url: server.url,
    store,
    databaseUrl: url,
    close: async () => {
      await server.close();
      await store.close();
      await database?.drop();
    },
  };
}

export interface Answered {
  code: number;
  headers: IncomingHttpHeaders;
  text: string;
  /** The body as JSON; {} where it is none. */
  body: KubeObject & Record<string, unknown>;
}

export interface Call {
  method?: string;
  /** Objects are sent as JSON; text and bytes as they are. */
  body?: unknown;
  headers?: Record<string, string>;
  /** Content-Type; JSON where there is a body and nothing is said. */
  type?: string;
}

/** One request. Unlike fetch it lets a test set any header, Host among them. */
export async function call(url: string, { method = 'GET', body, headers = {}, type }: Call = {}): Promise<Answered> {
  const bytes = body === undefined || typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
  const response = await send(url, method, { ...(bytes !== undefined && { 'Content-Type': type ?? 'application/json' }), ...headers }, bytes);
  const chunks: Buffer[] = [];
  for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString('utf8');
  return {
    code: response.statusCode ?? 0,
    headers: response.headers,
    text,
    body: text.startsWith('{') ? (JSON.parse(text) as Answered['body']) : ({} as Answered['body']),
  };
}

function send(url: string, method: string, headers: Record<string, string>, bytes?: string | Buffer): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(url, { method, headers, agent: false }, resolve);
    request.on('error', reject);
    request.end(bytes);
  });
}

export interface WatchedEvent {
  type: string;
  object: KubeObject & Record<string, unknown>;
}

/** A watch being read. */
export class TestWatch {
  private readonly events: WatchedEvent[] = [];
  private waiting: (() => void)[] = [];
  ended = false;

  private constructor(private readonly response: IncomingMessage) {
    let rest = '';
    response.setEncoding('utf8');
    response.on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      this.events.push(...lines.filter(Boolean).map((line) => JSON.parse(line) as WatchedEvent));
      this.wake();
    });
    response.on('close', () => {
      this.ended = true;
      this.wake();
    });
  }

  /** Resolves as soon as the headers are there. */
  static async open(url: string, headers: Record<string, string> = {}): Promise<TestWatch> {
    return new TestWatch(await send(url, 'GET', headers));
  }

  /** The next event. @throws Error when the watch has ended before. */
  async next(): Promise<WatchedEvent> {
    for (;;) {
      const event = this.events.shift();
      if (event) return event;
      if (this.ended) throw new Error('the watch has ended');
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
  }

  async take(count: number): Promise<WatchedEvent[]> {
    const taken: WatchedEvent[] = [];
    while (taken.length < count) taken.push(await this.next());
    return taken;
  }

  async end(): Promise<void> {
    while (!this.ended) await new Promise<void>((resolve) => this.waiting.push(resolve));
  }

  close(): void {
    this.response.destroy();
  }

  private wake(): void {
    for (const resolve of this.waiting.splice(0)) resolve();
  }
}
