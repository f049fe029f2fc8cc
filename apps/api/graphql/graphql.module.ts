import { readFileSync } from 'node:fs';
import { Inject, Logger, Module, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import { GraphQLModule, GraphQLSchemaHost } from '@nestjs/graphql';
import type { ClockStepper, Resources } from '#apiserver';
import type { Clock } from '#clock';
import { PodStreams } from '../streams/pod-streams.js';
import { StreamsModule } from '../streams/streams.module.js';
import { UpgradeDispatcher } from '../streams/upgrade-dispatcher.js';
import { UpgradesModule } from '../streams/upgrades.module.js';
import { CLOCK, GRAPHQL_LIMITS, RESOURCES, STEPPER } from '../tokens.js';
import { typeResolvers } from './fields/index.js';
import { page } from './ide/assets.js';
import type { GraphqlLimits } from './limits/limits.js';
import { MutationResolver } from './resolvers/mutation.resolver.js';
import { QueryResolver } from './resolvers/query.resolver.js';
import { createContext } from './server/context.js';
import { limitRules } from './server/documents.js';
import { formatError } from './server/errors.js';
import { GraphqlController } from './server/graphql.controller.js';
import { contextOfRequest, executionPlugin } from './server/http.js';
import { GraphqlTransports } from './server/transports.js';
import { warningsPlugin } from './server/warnings.js';

const PATH = '/graphql';
const logger = new Logger('GraphQL');
const report = (error: unknown) => logger.error(error);
const besideThis = (file: string) => readFileSync(new URL(file, import.meta.url), 'utf8');

/** Serves schema.graphql: at /graphql queries and mutations by Apollo over HTTP, everything by graphql-ws over websockets; at /graphql/stream everything by server-sent events. */
@Module({
  imports: [
    UpgradesModule,
    StreamsModule,
    GraphQLModule.forRootAsync<ApolloDriverConfig>({
      driver: ApolloDriver,
      imports: [StreamsModule],
      inject: [RESOURCES, STEPPER, PodStreams, CLOCK, GRAPHQL_LIMITS],
      useFactory: (resources: Resources, stepper: ClockStepper, streams: PodStreams, clock: Clock, limits: GraphqlLimits) => ({
        path: PATH,
        typeDefs: besideThis('schema.graphql'),
        resolvers: typeResolvers,
        context: contextOfRequest((caller) => createContext({ resources, stepper, streams, clock, limits }, caller)),
        formatError: (formatted, error) => formatError(formatted, error, report),
        validationRules: limitRules(limits),
        parseOptions: { maxTokens: limits.tokens },
        allowBatchedHttpRequests: true,
        // Our own rule says so, in our own words (limits/introspection-rule.ts).
        introspection: true,
        includeStacktraceInErrorResponses: false,
        graphiql: false,
        plugins: [warningsPlugin, executionPlugin(limits, clock, (error) => formatError(error.toJSON(), error, report)), { serverWillStart: async () => ({ renderLandingPage: async () => ({ html: page() }) }) }],
      }),
    }),
  ],
  controllers: [GraphqlController],
  providers: [
    QueryResolver,
    MutationResolver,
    {
      provide: GraphqlTransports,
      inject: [GraphQLSchemaHost, RESOURCES, STEPPER, PodStreams, CLOCK, GRAPHQL_LIMITS],
      useFactory: (host: GraphQLSchemaHost, resources: Resources, stepper: ClockStepper, streams: PodStreams, clock: Clock, limits: GraphqlLimits) =>
        new GraphqlTransports(() => host.schema, { resources, stepper, streams, clock, limits }, report),
    },
  ],
})
export class GraphqlApiModule implements OnApplicationBootstrap, OnModuleDestroy {
  constructor(
    @Inject(UpgradeDispatcher) private readonly upgrades: UpgradeDispatcher,
    @Inject(GraphqlTransports) private readonly transports: GraphqlTransports,
  ) {}

  onApplicationBootstrap(): void {
    this.transports.start();
    this.upgrades.route((path) => path === PATH, (request, socket, head) => this.transports.upgrade(request, socket, head));
  }

  async onModuleDestroy(): Promise<void> {
    await this.transports.close();
  }
}
