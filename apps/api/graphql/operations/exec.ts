import type { ExecResult, MutationExecArgs } from '../generated/types.js';
import type { GraphqlContext } from '../server/context.js';
import { badInput } from '../server/errors.js';
import { textOf } from './logs.js';
import { DEFAULT_NAMESPACE } from './queries.js';

const MOST_SECONDS = 600;
const MOST_BYTES = 1024 * 1024;
const DEFAULT_BYTES = 256 * 1024;

/** @throws ApiError: it could not be started */
export async function exec({ streams }: Pick<GraphqlContext, 'streams'>, args: MutationExecArgs): Promise<ExecResult> {
  const { namespace, name, container, command, stdin, timeoutSeconds, limitBytes } = args;
  const seconds = timeoutSeconds ?? 30;
  const limit = limitBytes ?? DEFAULT_BYTES;
  if (command.length === 0) throw badInput('command: it must have at least one word');
  if (seconds < 1 || seconds > MOST_SECONDS) throw badInput(`timeoutSeconds: ${seconds} is not between 1 and ${MOST_SECONDS}`);
  if (limit < 1 || limit > MOST_BYTES) throw badInput(`limitBytes: ${limit} is not between 1 and ${MOST_BYTES}`);
  const wanted = { command, timeoutMs: seconds * 1000, limitBytes: limit, ...(container && { container }), ...(typeof stdin === 'string' && { stdin }) };
  const ended = await streams.exec(namespace ?? DEFAULT_NAMESPACE, name, wanted);
  const [stdout, stderr] = [textOf(ended.stdout, limit), textOf(ended.stderr, limit)];
  const { container: ran, exitCode, timedOut } = ended;
  return { container: ran, exitCode, timedOut, stdout: stdout.text, stderr: stderr.text, stdoutTruncated: stdout.truncated, stderrTruncated: stderr.truncated };
}
