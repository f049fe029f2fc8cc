import { createHash, timingSafeEqual } from 'node:crypto';
import type { LogOptions } from './log-selection.js';

/** A request to the streaming server, read from its URL. */
export type StreamingRequest =
  | { type: 'log'; namespace: string; pod: string; container: string; attempt?: number; previous: boolean; sinceSeconds?: number; options: LogOptions }
  | {
      type: 'exec' | 'attach';
      namespace: string;
      pod: string;
      container: string;
      command: string[];
      stdin: boolean;
      stdout: boolean;
      stderr: boolean;
      tty: boolean;
    };

/** By what PodLogOptions calls them; All is neither. */
const STREAMS: Record<string, LogOptions['stream']> = { Stdout: 'stdout', Stderr: 'stderr' };
const TYPES: Record<string, StreamingRequest['type']> = { containerLogs: 'log', exec: 'exec', attach: 'attach' };

/** undefined: no path of ours. A number or time that cannot be read counts as not given: the api server has checked them. */
export function parseStreamingRequest(path: string): StreamingRequest | undefined {
  if (!URL.canParse(path, 'http://node')) return undefined;
  const { pathname, searchParams: query } = new URL(path, 'http://node');
  const [empty, kind, namespace, pod, container, ...more] = pathname.split('/');
  const type = TYPES[kind ?? ''];
  if (empty !== '' || !type || !namespace || !pod || !container || more.length > 0) return undefined;
  const target = { namespace, pod, container };
  if (type === 'log') {
    return {
      type,
      ...target,
      attempt: numberOf(query, 'attempt'),
      previous: isTrue(query, 'previous'),
      sinceSeconds: numberOf(query, 'sinceSeconds'),
      options: {
        follow: isTrue(query, 'follow'),
        timestamps: isTrue(query, 'timestamps'),
        since: timeOf(query, 'sinceTime'),
        tailLines: numberOf(query, 'tailLines'),
        limitBytes: numberOf(query, 'limitBytes'),
        stream: STREAMS[query.get('stream') ?? ''],
      },
    };
  }
  const tty = isTrue(query, 'tty');
  return {
    type,
    ...target,
    command: query.getAll('command'),
    tty,
    stdin: isTrue(query, 'stdin'),
    stdout: isTrue(query, 'stdout'),
    // A terminal has one output.
    stderr: isTrue(query, 'stderr') && !tty,
  };
}

/** `1` is what the kubelet's own paths use. */
const isTrue = (query: URLSearchParams, name: string): boolean => ['true', '1'].includes(query.get(name) ?? '');

function numberOf(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  return text !== null && /^\d+$/.test(text) ? Number(text) : undefined;
}

function timeOf(query: URLSearchParams, name: string): number | undefined {
  const time = Date.parse(query.get(name) ?? '');
  return Number.isNaN(time) ? undefined : time;
}

/** Compares in a time that does not depend on where the two differ. */
export function bearsSecret(authorization: string | undefined, secret: string): boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(authorization ?? ''), hash(`Bearer ${secret}`));
}
