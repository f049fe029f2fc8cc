/** An operation's warnings as its answer bears them: `extensions.warnings`, the texts of Kubernetes' Warning headers. */
import type { ApolloServerPlugin } from '@apollo/server';
import type { GraphqlContext } from './context.js';

type Extended = { extensions?: Record<string, unknown> };

export function withWarnings<T extends Extended>(result: T, { warnings }: Pick<GraphqlContext, 'warnings'>): T {
  return warnings.length === 0 ? result : { ...result, extensions: { ...result.extensions, warnings: [...warnings] } };
}

/** For what comes over HTTP. */
export const warningsPlugin: ApolloServerPlugin<GraphqlContext> = {
  requestDidStart: async () => ({
    willSendResponse: async ({ response: { body }, contextValue }) => {
      if (body.kind === 'single') body.singleResult = withWarnings(body.singleResult, contextValue);
    },
  }),
};
