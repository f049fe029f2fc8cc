import type { GraphQLError} from 'graphql';
import { execute, type ExecutionArgs, type ExecutionResult } from 'graphql';
import type { Clock } from '#clock';
import { queryTimeout } from './errors.js';

/** Executes a query, for at most `ms`: then the answer is that it took too long. (What it is waiting for runs on; nobody waits for it.) */
export async function executeQuery(args: ExecutionArgs, clock: Clock, ms: number): Promise<ExecutionResult> {
  const result = execute(args);
  if (!(result instanceof Promise)) return result;
  let cancel: () => void = () => undefined;
  const tooLong = new Promise<ExecutionResult>((resolve) => (cancel = clock.at(clock.now() + ms, () => resolve({ errors: [queryTimeout(ms)] }))));
  try {
    return await Promise.race([result, tooLong]);
  } finally {
    cancel();
  }
}

/** A document and its variables, or GraphQLErrors. */
export const areErrors = (value: object): value is readonly GraphQLError[] => Array.isArray(value);
