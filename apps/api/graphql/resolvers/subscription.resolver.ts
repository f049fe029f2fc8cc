import { UseFilters } from '@nestjs/common';
import { Args, Context, Resolver, Subscription } from '@nestjs/graphql';
import type { SubscriptionClockChangesArgs, SubscriptionEventsArgs, SubscriptionPodChangesArgs } from '../generated/types.js';
import * as subscriptions from '../operations/subscriptions.js';
import type { GraphqlContext } from '../server/context.js';
import { PassErrorsOn } from '../server/exception-filter.js';

@Resolver()
@UseFilters(PassErrorsOn)
export class SubscriptionResolver {
  @Subscription('podChanges', { resolve: subscriptions.podMessage })
  podChanges(@Args() args: SubscriptionPodChangesArgs, @Context() { resources }: GraphqlContext) {
    return subscriptions.podChanges(resources, args);
  }

  @Subscription('clockChanges', { resolve: subscriptions.clockMessage })
  clockChanges(@Args() args: SubscriptionClockChangesArgs, @Context() { resources }: GraphqlContext) {
    return subscriptions.clockChanges(resources, args);
  }

  @Subscription('events', { resolve: subscriptions.eventMessage })
  events(@Args() args: SubscriptionEventsArgs, @Context() { resources }: GraphqlContext) {
    return subscriptions.eventChanges(resources, args);
  }
}
