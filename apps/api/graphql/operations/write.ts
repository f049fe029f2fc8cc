import type { WriteOptions } from '#apiserver';
import type { GraphqlContext } from '../server/context.js';

/** How a mutation writes: unknown fields are an error, and the change log learns who asked for what. */
export const write = ({ userAgent }: Pick<GraphqlContext, 'userAgent'>, mutation: string, dryRun?: boolean | null): WriteOptions => ({
  cause: `mutation ${mutation}`,
  verb: mutation,
  ...(userAgent && { userAgent }),
  fieldManager: 'graphql',
  fieldValidation: 'Strict',
  dryRun: dryRun ?? false,
});
