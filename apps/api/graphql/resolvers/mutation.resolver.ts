import { UseFilters } from '@nestjs/common';
import { Args, Context, Mutation, Resolver } from '@nestjs/graphql';
import type {
  MutationApplyManifestsArgs,
  MutationCreateNamespaceArgs,
  MutationCreatePodArgs,
  MutationDeleteClockArgs,
  MutationDeleteNamespaceArgs,
  MutationDeletePodArgs,
  MutationExecArgs,
  MutationPatchPodArgs,
  MutationRestartSandboxArgs,
  MutationSetClockArgs,
  MutationStepClockArgs,
} from '../generated/types.js';
import { applyManifests } from '../operations/apply.js';
import * as clocks from '../operations/clocks.js';
import { exec } from '../operations/exec.js';
import * as mutations from '../operations/mutations.js';
import * as namespaces from '../operations/namespaces.js';
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

  @Mutation('applyManifests')
  applyManifests(@Args() args: MutationApplyManifestsArgs, @Context() context: GraphqlContext) {
    return applyManifests(context, args);
  }

  @Mutation('patchPod')
  patchPod(@Args() args: MutationPatchPodArgs, @Context() context: GraphqlContext) {
    return mutations.patchPod(context, args);
  }

  @Mutation('restartSandbox')
  restartSandbox(@Args() args: MutationRestartSandboxArgs, @Context() context: GraphqlContext) {
    return mutations.restartSandbox(context, args);
  }

  @Mutation('exec')
  exec(@Args() args: MutationExecArgs, @Context() context: GraphqlContext) {
    return exec(context, args);
  }

  @Mutation('createNamespace')
  createNamespace(@Args() args: MutationCreateNamespaceArgs, @Context() context: GraphqlContext) {
    return namespaces.createNamespace(context, args);
  }

  @Mutation('deleteNamespace')
  deleteNamespace(@Args() args: MutationDeleteNamespaceArgs, @Context() context: GraphqlContext) {
    return namespaces.deleteNamespace(context, args);
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
