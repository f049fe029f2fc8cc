import { isLoopback } from '#apiserver';
import { limitsOf, type GraphqlLimits } from './graphql/limits/limits.js';

/** What an api process was told by its environment. */
export interface ApiOptions {
  databaseUrl: string;
  host: string;
  port: number;
  secret: string;
  graphql: Partial<GraphqlLimits>;
  serviceAccountTokens: boolean;
}

/** Why an api process cannot start: one line that says what to do. */
export class ApiStartError extends Error {
  override readonly name = 'ApiStartError';
}

const DEFAULT_LISTEN = '127.0.0.1:8080';
const LISTEN = /^(\[[^\]]+\]|[^:[\]]+):(\d{1,5})$/;

/** @throws ApiStartError */
export function parseOptions(env: NodeJS.ProcessEnv): ApiOptions {
  const databaseUrl = wanted(env, 'DATABASE_URL', 'the address of a Postgres database, for example postgresql://podbox:secret@127.0.0.1:5432/podbox');
  const secret = wanted(env, 'PODBOX_CLUSTER_SECRET', 'the same random text for every api and worker process');
  const listen = env.PODBOX_LISTEN || DEFAULT_LISTEN;
  const [, host, port] = LISTEN.exec(listen) ?? [];
  if (host === undefined || Number(port) > 65535)
    throw new ApiStartError(`PODBOX_LISTEN="${listen}" is not host:port, for example ${DEFAULT_LISTEN}`);
  if (!isLoopback(host))
    throw new ApiStartError(
      `PODBOX_LISTEN="${listen}": there is no authentication yet, so only loopback may be listened on: 127.0.0.1, [::1] or localhost`,
    );
  const tokens = env.PODBOX_SERVICE_ACCOUNT_TOKENS || 'off';
  if (tokens !== 'on' && tokens !== 'off') throw new ApiStartError(`PODBOX_SERVICE_ACCOUNT_TOKENS="${tokens}" is neither on nor off`);
  return { databaseUrl, secret, host, port: Number(port), graphql: limitsOf(env, (message) => new ApiStartError(message)), serviceAccountTokens: tokens === 'on' };
}

function wanted(env: NodeJS.ProcessEnv, name: string, what: string): string {
  const value = env[name];
  if (!value) throw new ApiStartError(`${name} is not set: it wants ${what} (npm start sets up everything by itself)`);
  return value;
}
