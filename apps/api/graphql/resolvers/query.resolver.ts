import { UseFilters } from '@nestjs/common';
import { Args, Context, Query, Resolver } from '@nestjs/graphql';
import type { QueryClockArgs, QueryEventsArgs, QueryNamespacesArgs, QueryNodesArgs, QueryPodArgs, QueryPodHistoryArgs, QueryPodsArgs, QueryServicesArgs } from '../generated/types.js';
import * as clocks from '../operations/clocks.js';
import * as history from '../operations/history.js';
import * as queries from '../operations/queries.js';
import type { GraphqlContext } from '../server/context.js';
import { PassErrorsOn } from '../server/exception-filter.js';

@Resolver()
@UseFilters(PassErrorsOn)
export class QueryResolver {
  @Query('pod')
  pod(@Args() args: QueryPodArgs, @Context() { resources }: GraphqlContext) {
    return queries.pod(resources, args);
  }

  @Query('pods')
  pods(@Args() args: QueryPodsArgs, @Context() { resources }: GraphqlContext) {
    return queries.pods(resources, args);
  }

  @Query('podHistory')
  podHistory(@Args() args: QueryPodHistoryArgs, @Context() { resources }: GraphqlContext) {
    return history.podHistory(resources, args);
  }

  @Query('events')
  events(@Args() args: QueryEventsArgs, @Context() { resources }: GraphqlContext) {
    return queries.events(resources, args);
  }

  @Query('namespaces')
  namespaces(@Args() args: QueryNamespacesArgs, @Context() { resources }: GraphqlContext) {
    return queries.namespaces(resources, args);
  }

  @Query('nodes')
  nodes(@Args() args: QueryNodesArgs, @Context() { resources }: GraphqlContext) {
    return queries.nodes(resources, args);
  }

  @Query('services')
  services(@Args() args: QueryServicesArgs, @Context() { resources }: GraphqlContext) {
    return queries.services(resources, args);
  }

  @Query('clock')
  clock(@Args() args: QueryClockArgs, @Context() { resources }: GraphqlContext) {
    return clocks.clock(resources, args);
  }
}
