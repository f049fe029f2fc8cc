import { UseFilters } from '@nestjs/common';
import { Args, Context, Mutation, Resolver } from '@nestjs/graphql';
import type { MutationCreateNamespaceArgs, MutationCreatePodArgs, MutationDeletePodArgs } from '../generated/types.js';
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
}
