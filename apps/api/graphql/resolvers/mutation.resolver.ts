import { UseFilters } from '@nestjs/common';
import { Args, Context, Mutation, Resolver } from '@nestjs/graphql';
import type { MutationDeleteClockArgs, MutationSetClockArgs, MutationStepClockArgs, MutationCreateNamespaceArgs, MutationCreatePodArgs, MutationDeletePodArgs } from '../generated/types.js';
import * as clocks from '../operations/clocks.js';
import * as mutations from '../operations/mutations.js';
import type { GraphqlContext } from '../server/context.js';
import { PassErrorsOn } from '../server/exception-filter.js';

@Resolver()
@UseFilters(PassErrorsOn)
export class MutationResolver {
  @Mutation('createPod')
  createPod(@Args() args: MutationCreatePodArgs, @Context() context: GraphqlContext) {
    return mutations.createPod(context, args);
  }

  @Mutation('deletePod')
  deletePod(@Args() args: MutationDeletePodArgs, @Context() context: GraphqlContext) {
    return mutations.deletePod(context, args);
  }

  @Mutation('createNamespace')
  createNamespace(@Args() args: MutationCreateNamespaceArgs, @Context() context: GraphqlContext) {
    return mutations.createNamespace(context, args);
  }

  @Mutation('setClock')
  setClock(@Args() args: MutationSetClockArgs, @Context() context: GraphqlContext) {
    return clocks.setClock(context, args);
  }

  @Mutation('deleteClock')
  deleteClock(@Args() args: MutationDeleteClockArgs, @Context() context: GraphqlContext) {
    return clocks.deleteClock(context, args);
  }

  @Mutation('stepClock')
  stepClock(@Args() args: MutationStepClockArgs, @Context() { stepper }: GraphqlContext) {
    return clocks.stepClock(stepper, args);
  }
}
