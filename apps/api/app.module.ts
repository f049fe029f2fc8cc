import { Global, Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { ClockStepper, StoreResources } from '#apiserver';
import type { Clock } from '#clock';
import type { Store } from '#store';
import { GraphqlApiModule } from './graphql/graphql.module.js';
import { DEFAULT_LIMITS, type GraphqlLimits } from './graphql/limits/limits.js';
import { KubernetesModule } from './kubernetes/kubernetes.module.js';
import { StreamsModule } from './streams/streams.module.js';
import { HttpClockNodes } from './streams/clock-nodes.js';
import { CLOCK, CLUSTER_SECRET, GRAPHQL_LIMITS, RESOURCES, STEPPER, STORE } from './tokens.js';

/** What the api's parts share: made outside, so that tests and main decide what it is. */
export interface Shared {
  store: Store;
  clock: Clock;
  clusterSecret: string;
  /** What differs from the defaults. */
  graphql?: Partial<GraphqlLimits>;
  /** Whether each pod gets its ServiceAccount's token. */
  serviceAccountTokens?: boolean;
}

@Global()
@Module({})
class SharedModule {
  static of({ store, clock, clusterSecret, graphql, serviceAccountTokens }: Shared): DynamicModule {
    const resources = new StoreResources(store, clock, { serviceAccountTokens });
    const providers = [
      { provide: STORE, useValue: store },
      { provide: CLOCK, useValue: clock },
      { provide: CLUSTER_SECRET, useValue: clusterSecret },
      { provide: GRAPHQL_LIMITS, useValue: { ...DEFAULT_LIMITS, ...graphql } },
      { provide: RESOURCES, useValue: resources },
      { provide: STEPPER, useValue: new ClockStepper(store, clock, new HttpClockNodes(resources, clusterSecret, clock)) },
    ];
    return { module: SharedModule, providers, exports: providers };
  }
}

@Module({})
export class AppModule {
  static of(shared: Shared): DynamicModule {
    // The Kubernetes module last: it takes every path below /api/v1 and /apis that nobody took before.
    return { module: AppModule, imports: [SharedModule.of(shared), GraphqlApiModule, StreamsModule, KubernetesModule] };
  }
}
