import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { ApiError, statuses, storeFailure, type Status } from '#apiserver';
import { StoreError } from '#store';

/** What a client may have got wrong before a verb of the API sees it. */
export const badInput = (message: string): ApiError => statuses.badRequest(message);

/** A subscriber for which too much waits. What it has taken ends with the message `cursor` (undefined: it took none), and it may resume there. */
export const slowClient = (cursor: string | undefined): GraphQLError =>
  new GraphQLError('the client reads too slowly: subscribe again with the cursor of the last message, which is in extensions.cursor', {
    extensions: { code: 'SLOW_CLIENT', cursor: cursor ?? null },
  });

export const subscriptionLimit = (limit: number): GraphQLError =>
  new GraphQLError(`too many subscriptions: ${limit} at a time are allowed on one connection`, { extensions: { code: 'SUBSCRIPTION_LIMIT_EXCEEDED', limit } });

export const queryTimeout = (ms: number): GraphQLError =>
  new GraphQLError(`the query took longer than ${ms / 1000} s: ask for less at once`, { extensions: { code: 'TIMEOUT', limit: ms / 1000 } });

const TOKEN_LIMIT = /Document contains more tha[nt] (\d+) tokens/;

/** Kubernetes' reason as GraphQL writes codes: NotFound is NOT_FOUND. */
const codeOf = (status: Pick<Status, 'reason'>): string => (status.reason ?? 'Unknown').replace(/(?<=[a-z])(?=[A-Z])/g, '_').toUpperCase();

/**
 * An error as clients get it: a Status with its reason as code and its causes, what GraphQL itself finds wrong as it is. Of anything else
 * the client learns that it happened; `report` gets it whole.
 */
export function formatError(formatted: GraphQLFormattedError, error: unknown, report: (error: unknown) => void): GraphQLFormattedError {
  const original = originalOf(error);
  const { message: _message, extensions: _extensions, ...place } = formatted;
  if (original instanceof ApiError) return { ...place, ...describe(original.status) };
  if (original instanceof StoreError) return { ...place, ...describe(storeFailure(original).status) };
  // graphql-js tells of its limit of tokens by nothing else than its words.
  const [, tokens] = TOKEN_LIMIT.exec(formatted.message) ?? [];
  if (tokens) return { message: `the document is too large: at most ${tokens} tokens are allowed`, extensions: { code: 'TOKEN_LIMIT_EXCEEDED', limit: Number(tokens) } };
  if (original instanceof GraphQLError || original === undefined) {
    // Apollo writes a code of its own over the one that a limit gave.
    return { ...formatted, extensions: { code: ownCode(formatted.message), ...formatted.extensions, ...original?.extensions } };
  }
  report(original);
  return { ...place, message: 'Internal error occurred', extensions: { code: 'INTERNAL_ERROR' } };
}

/** What GraphQL found wrong, by its words: over HTTP Apollo has said so already, with the same codes. */
function ownCode(message: string): string {
  if (message.startsWith('Syntax Error')) return 'GRAPHQL_PARSE_FAILED';
  return /^Variable "\$.*" (?:got invalid value|of )/.test(message) ? 'BAD_USER_INPUT' : 'GRAPHQL_VALIDATION_FAILED';
}

function describe(status: Status): Pick<GraphQLFormattedError, 'message' | 'extensions'> {
  const code = codeOf(status);
  const { causes, ...details } = status.details ?? {};
  const message = status.message ?? code;
  return {
    message: code === 'EXPIRED' ? `${message}: what followed it is no longer kept; begin again without a cursor` : message,
    extensions: { code, ...(causes && { causes }), ...(Object.keys(details).length > 0 && { details }), status: status.code },
  };
}

/** What was thrown, below the GraphQLErrors that have been put around it; undefined: graphql itself found the fault. */
function originalOf(error: unknown): unknown {
  let original = error;
  while (original instanceof GraphQLError && original.originalError) original = original.originalError;
  return original instanceof GraphQLError && original.extensions['code'] === undefined ? undefined : original;
}
