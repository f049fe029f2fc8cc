import 'reflect-metadata';
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { sleep } from '#clock';
import type { Clock } from '#clock';
import { ensureSystemObjects, StoreResources } from '#apiserver';
import { AppModule } from './app.module.js';
import type { Shared } from './app.module.js';
import { DEFAULT_LIMITS } from './graphql/limits/limits.js';
import { graphqlBody } from './graphql/server/body.js';
import { rawBody } from './http/raw-body.js';
import { StatusFilter } from './http/status.filter.js';
import { loopbackGuard } from './security/loopback-guard.js';

export interface ApiServer {
  /** http://127.0.0.1:8080 */
  url: string;
  /** Ends watches and connections. The store stays open. */
  close(): Promise<void>;
}

/** Serves the API on host:port (0: any free one) over an open store. */
export async function startApi(shared: Shared, host: string, port: number): Promise<ApiServer> {
  await ensureSystemObjects(new StoreResources(shared.store, shared.clock));
  const app = await NestFactory.create<NestExpressApplication>(AppModule.of(shared), {
    logger: ['error', 'warn'],
    bodyParser: false,
    abortOnError: false,
  });
  app.disable('x-powered-by');
  app.disable('etag');
  app.use(loopbackGuard);
  app.use(['/api', '/apis'], rawBody);
  app.use('/graphql', graphqlBody({ ...DEFAULT_LIMITS, ...shared.graphql }));
  app.useGlobalFilters(new StatusFilter());
  const server = app.getHttpServer() as Server;
  // A watch may be silent for long, and an upload slow: clients decide how long they wait.
  server.requestTimeout = 0;
  try {
    await app.init();
    // Not by app.listen(), which logs a failure before it tells of it.
    server.listen(port, host.replace(/^\[|\]$/g, ''));
    await once(server, 'listening');
  } catch (error) {
    await app.close();
    throw error;
  }
  return { url: `http://${host}:${(server.address() as AddressInfo).port}`, close: () => close(app, server, shared.clock) };
}

/** What a request gets that is under way when the server closes. */
const CLOSE_GRACE_MS = 3000;
const CLOSE_INTERVAL_MS = 20;

/** Watches end at once; requests under way are answered; connections that nobody uses are closed. */
async function close(app: NestExpressApplication, server: Server, clock: Clock): Promise<void> {
  let closed = false;
  const closing = app.close().finally(() => (closed = true));
  const deadline = clock.now() + CLOSE_GRACE_MS;
  while (!closed) {
    if (clock.now() < deadline) server.closeIdleConnections();
    else server.closeAllConnections();
    await Promise.race([closing, sleep(clock, CLOSE_INTERVAL_MS)]);
  }
  await closing;
}
