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
  createPod(@Args() args: MutationCreatePodArgs, @Context() { resources, warnings }: GraphqlContext) {
    return mutations.createPod(resources, args, warnings);
  }

  @Mutation('deletePod')
  deletePod(@Args() args: MutationDeletePodArgs, @Context() { resources }: GraphqlContext) {
    return mutations.deletePod(resources, args);
  }

  @Mutation('createNamespace')
  createNamespace(@Args() args: MutationCreateNamespaceArgs, @Context() { resources }: GraphqlContext) {
    return mutations.createNamespace(resources, args);
  }

  @Mutation('setClock')
  setClock(@Args() args: MutationSetClockArgs, @Context() { resources }: GraphqlContext) {
    return clocks.setClock(resources, args);
  }

  @Mutation('deleteClock')
  deleteClock(@Args() args: MutationDeleteClockArgs, @Context() { resources }: GraphqlContext) {
    return clocks.deleteClock(resources, args);
  }

  @Mutation('stepClock')
  stepClock(@Args() args: MutationStepClockArgs, @Context() { stepper }: GraphqlContext) {
    return clocks.stepClock(stepper, args);
  }
}
