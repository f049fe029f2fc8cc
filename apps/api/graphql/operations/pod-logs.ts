import type { Readable } from 'node:stream';
import { ApiError, statuses, type Resources } from '#apiserver';
import type { Pod } from '#objects';
import { chooseContainer, chooseRun } from '../../streams/pod-container.js';
import type { PodStreams } from '../../streams/pod-streams.js';
import type { SubscriptionPodLogsArgs } from '../generated/types.js';
import type { GraphqlContext } from '../server/context.js';
import { badInput } from '../server/errors.js';
import { cancellable } from './cancellable.js';
import { PODS } from './kinds.js';
import { beforeTail, behind, msOf, parseLine, Resumption, type LogLine, type LogPosition } from './log-position.js';
import { as, DEFAULT_NAMESPACE } from './queries.js';

/** Lines that came together, of one run of one container. */
export interface LogMessage {
  cursor: string;
  container: string;
  run: number;
  lines: LogLine[];
  /** A log is read as fast as the client takes it, also while it is being written: it waits in the node's file. */
  live: false;
}

/** What a cursor of podLogs says. */
interface LogCursor {
  uid: string;
  container: string;
  run: number;
  position?: LogPosition;
}

export const podLogs = ({ resources, streams }: GraphqlContext, args: SubscriptionPodLogsArgs): AsyncGenerator<LogMessage> => {
  const after = args.after ? readCursor(args.after) : undefined;
  if (typeof args.tailLines === 'number' && args.tailLines < 0) throw badInput(`tailLines: ${args.tailLines} must be greater than or equal to 0`);
  if (args.sinceTime && Number.isNaN(Date.parse(args.sinceTime))) throw badInput(`sinceTime: ${JSON.stringify(args.sinceTime)} is not a time in RFC 3339`);
  return cancellable((signal) => follow(resources, streams, args, after, signal));
};

async function* follow(resources: Resources, streams: PodStreams, args: SubscriptionPodLogsArgs, after: LogCursor | undefined, signal: AbortSignal): AsyncGenerator<LogMessage> {
  const pod = as<Pod>(await resources.get(PODS, args.namespace ?? DEFAULT_NAMESPACE, args.name));
  if (after && after.uid !== pod.metadata.uid) throw gone(`pod ${args.name} is another one than the cursor's`);
  const container = after?.container ?? chooseContainer(pod, args.container ?? undefined);
  // Nothing has run that could have written anything.
  if (!pod.spec.nodeName) return;
  const run = after?.run ?? chooseRun(pod, container, args.previous ?? false);
  const log = { streams, pod, container, run, signal };
  const from = after ? after.position : await start(log, args);
  const resumption = new Resumption(from);
  let position = from;
  for await (const lines of linesOf(log, { follow: args.follow ?? true, since: from?.ms })) {
    const fresh = resumption.take(lines, () => gone('lines at the cursor'));
    if (fresh.length === 0) continue;
    for (const line of fresh) position = behind(position, line);
    yield { cursor: writeCursor({ uid: pod.metadata.uid, container, run, position }), container, run, lines: fresh, live: false };
  }
  if (!resumption.found && !signal.aborted) throw gone('lines at the cursor');
}

interface Log {
  streams: PodStreams;
  pod: Pod;
  container: string;
  run: number;
  signal: AbortSignal;
}

/** Where a reader without a cursor begins; undefined: at the beginning. */
async function start(log: Log, { tailLines, sinceTime }: SubscriptionPodLogsArgs): Promise<LogPosition | undefined> {
  const since = sinceTime ? { ms: Date.parse(sinceTime), count: 0 } : undefined;
  const tail = typeof tailLines === 'number' ? await tailPosition(log, tailLines) : undefined;
  return since && (!tail || since.ms > tail.ms) ? since : tail;
}

/** The tail is found first, and then read again from the beginning of its first millisecond on, so that the position behind which it begins is known. */
async function tailPosition(log: Log, wanted: number): Promise<LogPosition | undefined> {
  const [first] = await allLines(log, { tailLines: Math.max(wanted, 1) });
  if (!first) return undefined;
  const ms = msOf(first);
  return beforeTail(await allLines(log, { since: ms }), wanted) ?? { ms, count: 0 };
}

async function allLines(log: Log, options: ReadOptions): Promise<LogLine[]> {
  const all: LogLine[] = [];
  for await (const lines of linesOf(log, options)) all.push(...lines);
  return all;
}

interface ReadOptions {
  follow?: boolean;
  /** Epoch ms. */
  since?: number;
  tailLines?: number;
}

/** The lines as they come, those that came together at a time. @throws ApiError: EXPIRED when the run's log is not kept any more */
async function* linesOf({ streams, pod, container, run, signal }: Log, { follow: following, since, tailLines }: ReadOptions): AsyncGenerator<LogLine[]> {
  // `previous`: a run whose log has gone is an error, not an empty log.
  const query = new URLSearchParams({ timestamps: 'true', ...(run < currentRun(pod, container) && { previous: 'true' }) });
  if (following) query.set('follow', 'true');
  if (since !== undefined) query.set('sinceTime', new Date(since).toISOString());
  if (tailLines !== undefined) query.set('tailLines', String(tailLines));
  let rest = '';
  try {
    const text = (await streams.logOfRun(pod, container, run, query, signal)).setEncoding('utf8') as Readable;
    for await (const chunk of text as AsyncIterable<string>) {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop()!;
      if (lines.length > 0) yield lines.map(parseLine);
    }
  } catch (error) {
    if (signal.aborted) return;
    throw failure(error, pod.metadata.name);
  }
  if (rest !== '') yield [parseLine(rest)];
}

function currentRun({ status }: Pod, container: string): number {
  const all = [...(status.containerStatuses ?? []), ...(status.initContainerStatuses ?? []), ...(status.ephemeralContainerStatuses ?? [])];
  return all.find(({ name }) => name === container)?.restartCount ?? 0;
}

function failure(error: unknown, pod: string): Error {
  if (error instanceof ApiError) return error.status.message?.startsWith('previous terminated container') ? gone('the run') : error;
  return statuses.unavailable(`the log of pod ${pod} broke off (${(error as Error).message}): subscribe again with the cursor of the last message`);
}

const gone = (what: string): ApiError => statuses.expired(`the log has been cut: ${what}`);

const writeCursor = ({ uid, container, run, position }: LogCursor): string => Buffer.from(JSON.stringify([uid, container, run, position?.ms, position?.count, position?.mark])).toString('base64url');

/** @throws ApiError BadRequest */
function readCursor(text: string): LogCursor {
  const [uid, container, run, ms, count, mark] = parse(text);
  if (typeof uid !== 'string' || typeof container !== 'string' || !isCount(run) || !isCount(ms) || !isCount(count) || !isCount(mark)) {
    throw badInput(`after: ${JSON.stringify(text)} is no cursor of podLogs: pass the cursor of a message, or none`);
  }
  return { uid, container, run, position: { ms, count, mark } };
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

function parse(text: string): unknown[] {
  try {
    const value = JSON.parse(Buffer.from(text, 'base64url').toString()) as unknown;
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}
