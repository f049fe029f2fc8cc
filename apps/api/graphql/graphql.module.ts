import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { Inject, Logger, Module, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import { GraphQLModule, GraphQLSchemaHost } from '@nestjs/graphql';
import type { ClockStepper, Resources } from '#apiserver';
import type { Clock } from '#clock';
import { PodStreams } from '../streams/pod-streams.js';
import { StreamsModule } from '../streams/streams.module.js';
import { UpgradeDispatcher } from '../streams/upgrade-dispatcher.js';
import { UpgradesModule } from '../streams/upgrades.module.js';
import { CLOCK, RESOURCES, STEPPER } from '../tokens.js';
import { typeResolvers } from './fields/index.js';
import { MutationResolver } from './resolvers/mutation.resolver.js';
import { QueryResolver } from './resolvers/query.resolver.js';
import { SubscriptionResolver } from './resolvers/subscription.resolver.js';
import { createContext } from './server/context.js';
import { formatError } from './server/errors.js';
import { limitsRule } from './server/limits.js';
import { warningsPlugin } from './server/warnings.js';
import { createGraphqlSockets, type GraphqlSockets } from './server/websocket.js';

const PATH = '/graphql';
const logger = new Logger('GraphQL');
const report = (error: unknown) => logger.error(error);
const besideThis = (file: string) => readFileSync(new URL(file, import.meta.url), 'utf8');

/** Serves schema.graphql at /graphql: queries and mutations by Apollo over HTTP, everything by graphql-ws over websockets. */
@Module({
  imports: [
    UpgradesModule,
    StreamsModule,
    GraphQLModule.forRootAsync<ApolloDriverConfig>({
      driver: ApolloDriver,
      imports: [StreamsModule],
      inject: [RESOURCES, STEPPER, PodStreams, CLOCK],
      useFactory: (resources: Resources, stepper: ClockStepper, streams: PodStreams, clock: Clock) => ({
        path: PATH,
        typeDefs: besideThis('schema.graphql'),
        resolvers: typeResolvers,
        context: ({ req }: { req: IncomingMessage }) => createContext({ resources, stepper, streams, clock }, req.headers['user-agent']),
        formatError: (formatted, error) => formatError(formatted, error, report),
        validationRules: [limitsRule],
        introspection: true,
        includeStacktraceInErrorResponses: false,
        graphiql: false,
        plugins: [warningsPlugin, { serverWillStart: async () => ({ renderLandingPage: async () => ({ html: besideThis('server/landing-page.html') }) }) }],
      }),
    }),
  ],
  providers: [QueryResolver, MutationResolver, SubscriptionResolver],
})
export class GraphqlApiModule implements OnApplicationBootstrap, OnModuleDestroy {
  private sockets?: GraphqlSockets;

  constructor(
    @Inject(GraphQLSchemaHost) private readonly schemaHost: GraphQLSchemaHost,
    @Inject(UpgradeDispatcher) private readonly upgrades: UpgradeDispatcher,
    @Inject(RESOURCES) private readonly resources: Resources,
    @Inject(STEPPER) private readonly stepper: ClockStepper,
    @Inject(PodStreams) private readonly streams: PodStreams,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    const { resources, stepper, streams, clock } = this;
    const context = (request: IncomingMessage) => createContext({ resources, stepper, streams, clock }, request.headers['user-agent']);
    const sockets = createGraphqlSockets(this.schemaHost.schema, context, clock, report);
    this.sockets = sockets;
    this.upgrades.route((path) => path === PATH, (request, socket, head) => sockets.handleUpgrade(request, socket, head));
  }

  async onModuleDestroy(): Promise<void> {
    await this.sockets?.close();
  }
}
