import { SystemClock } from '#clock';
import { openStore, type PostgresStore } from '#store';
import { startApi } from '../server.js';

/** An api process's inside, for tests: the whole server over a store of its own. */
export interface TestApi {
  /** http://127.0.0.1:port */
  url: string;
  store: PostgresStore;
  close(): Promise<void>;
}

export async function startTestApi(databaseUrl: string, clusterSecret = 'secret'): Promise<TestApi> {
  const clock = new SystemClock();
  const store = await openStore({ url: databaseUrl, clock, name: 'api under test' });
  const server = await startApi({ store, clock, clusterSecret }, '127.0.0.1', 0);
  return {
    url: server.url,
    store,
    close: async () => {
      await server.close();
      await store.close();
    },
  };
}
