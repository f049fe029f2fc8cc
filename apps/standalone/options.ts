import { isAbsolute, join } from 'node:path';

/** What `npm start` was told, on the command line and by the environment. */
export interface StandaloneOptions {
  /** Address of the API: loopback host and port. */
  host: string;
  port: number;
  runtime: string;
  nodeName: string;
  /** Everything that is kept between starts: databases, logs, the cluster's secret. */
  dataDir: string;
  /** Given: used instead of the embedded servers. */
  databaseUrl?: string;
  redisUrl?: string;
  /** How long the worker may take to drain its node when it is stopped. Absent: it does not. */
  drainSeconds?: number;
  /** Further settings of the embedded Postgres, `name: value` (the benchmark's statistics). */
  postgresSettings?: Record<string, string>;
}

/** Thrown when a start cannot succeed. The message is one line that says what is wrong and what to do. */
export class StartError extends Error {
  override readonly name = 'StartError';
}

const USAGE = 'npm start -- [--runtime virtual|cri] [--listen 127.0.0.1:8080] [--data FOLDER]';

/** @throws StartError for an unknown argument or an address that is not loopback. */
export function parseOptions(args: string[], env: NodeJS.ProcessEnv, root: string): StandaloneOptions {
  const given: Record<string, string> = {};
  for (let i = 0; i < args.length; i++) {
    const [name, inline] = args[i]!.split(/=(.*)/s, 2) as [string, string | undefined];
    if (!['--runtime', '--listen', '--data'].includes(name)) throw new StartError(`unknown argument "${args[i]}"; usage: ${USAGE}`);
    const value = inline ?? args[++i];
    if (!value) throw new StartError(`${name} wants a value; usage: ${USAGE}`);
    given[name.slice(2)] = value;
  }
  const listen = given.listen ?? env.PODBOX_LISTEN ?? '127.0.0.1:8080';
  const { host, port } = parseListen(listen);
  const data = given.data ?? env.PODBOX_DATA ?? '.podbox';
  return {
    host,
    port,
    runtime: given.runtime ?? env.PODBOX_RUNTIME ?? 'virtual',
    nodeName: env.PODBOX_NODE_NAME ?? 'podbox-node',
    dataDir: isAbsolute(data) ? data : join(root, data),
    databaseUrl: env.DATABASE_URL || undefined,
    redisUrl: env.REDIS_URL || undefined,
    // The worker itself says what is wrong with these.
    drainSeconds: env.PODBOX_ON_SHUTDOWN === 'drain' ? Number(env.PODBOX_DRAIN_SECONDS || 60) : undefined,
  };
}

function parseListen(listen: string): { host: string; port: number } {
  const match = /^(?:(\[[0-9a-fA-F:]+\]|[^:]+):)?(\d+)$/.exec(listen);
  const host = match?.[1] ?? '127.0.0.1';
  const port = Number(match?.[2]);
  if (!match || port > 65535) throw new StartError(`cannot listen on "${listen}": give HOST:PORT, for example 127.0.0.1:8080`);
  if (!/^(localhost|127(\.\d+){3}|\[::1\])$/.test(host)) {
    throw new StartError(`refusing to listen on "${listen}": only loopback (127.0.0.1, localhost, [::1]) is allowed, because requests are not authenticated yet`);
  }
  return { host, port };
}
