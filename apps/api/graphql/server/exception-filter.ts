import { Catch } from '@nestjs/common';
import type { GqlExceptionFilter } from '@nestjs/graphql';

/** Hands errors on to GraphQL as they are: errors.ts gives them their form, whichever field and transport they come from. Without it Nest logs each one. */
@Catch()
export class PassErrorsOn implements GqlExceptionFilter {
  catch(error: unknown): unknown {
    return error;
  }
}
