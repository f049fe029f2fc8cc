import { SystemClock } from '#clock';
import { openStore } from '#store';
import { runProcess } from '../process.js';
import type { RunningApp } from '../process.js';
import { migrated } from '../servers.js';
import { ApiStartError, parseOptions } from './options.js';
import type { ApiOptions } from './options.js';
import { startApi } from './server.js';

async function start(): Promise<RunningApp> {
  const options = parseOptions(process.env);
  const clock = new SystemClock();
  await migrated(options.databaseUrl);
  const store = await openStore({
    url: options.databaseUrl,
    clock,
    name: 'podbox api',
    onTrouble: (error) => console.error(`api: ${error.message}`),
  });
  const shared = { store, clock, clusterSecret: options.secret, graphql: options.graphql, serviceAccountTokens: options.serviceAccountTokens };
  const server = await startApi(shared, options.host, options.port).catch(async (error: unknown) => {
    await store.close();
    throw explain(error, options);
  });
  console.log(`api: listening on ${server.url}`);
  return {
    stop: async () => {
      await server.close();
      await store.close();
    },
    stats: () => ({ store: store.stats() }),
  };
}

function explain(error: unknown, { host, port }: ApiOptions): unknown {
  if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') return error;
  return new ApiStartError(
    `${host}:${port} is in use by another program: stop that program, or choose another address with PODBOX_LISTEN=127.0.0.1:8081`,
  );
}

await runProcess('api', start);
