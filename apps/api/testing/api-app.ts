/** An api process in miniature, for tests: the modules under test over a store on the test's own database. */
import { Global, Module, type DynamicModule, type INestApplication, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { StoreResources } from '#apiserver';
import { SystemClock } from '#clock';
import { openStore, type PostgresStore } from '#store';
import { CLOCK, CLUSTER_SECRET, RESOURCES, STORE } from '../tokens.js';

export interface ApiApp {
  /** http://127.0.0.1:port */
  url: string;
  store: PostgresStore;
  close(): Promise<void>;
}

@Global()
@Module({})
class SharedModule {}

@Module({})
class TestApp {}

export async function startApiApp(databaseUrl: string, modules: (Type | DynamicModule)[], secret = 'secret'): Promise<ApiApp> {
  const clock = new SystemClock();
  const store = await openStore({ url: databaseUrl, clock, name: 'api under test' });
  const providers = [
    { provide: STORE, useValue: store },
    { provide: CLOCK, useValue: clock },
    { provide: RESOURCES, useValue: new StoreResources(store, clock) },
    { provide: CLUSTER_SECRET, useValue: secret },
  ];
  const shared: DynamicModule = { module: SharedModule, providers, exports: providers.map(({ provide }) => provide) };
  const app: INestApplication = await NestFactory.create({ module: TestApp, imports: [shared, ...modules] }, { logger: ['error', 'warn'], bodyParser: false });
  await app.listen(0, '127.0.0.1');
  return {
    url: await app.getUrl(),
    store,
    close: async () => {
      await app.close();
      await store.close();
    },
  };
}
