import type { Pod } from '#objects';
import { chooseContainer } from '../../streams/pod-container.js';
import type { PodStreams } from '../../streams/pod-streams.js';
import type { ContainerLog, PodLogsArgs } from '../generated/types.js';
import { badInput } from '../server/errors.js';

/** What a log's text holds at most, and what it holds where nothing is said: bytes. */
const MOST_BYTES = 1024 * 1024;
const DEFAULT_BYTES = 256 * 1024;

/** A log as far as it goes now. @throws ApiError */
export async function podLog(streams: Pick<PodStreams, 'log'>, pod: Pod, args: PodLogsArgs): Promise<ContainerLog> {
  const limit = args.limitBytes ?? DEFAULT_BYTES;
  if (limit < 1 || limit > MOST_BYTES) throw badInput(`limitBytes: ${limit} is not between 1 and ${MOST_BYTES}`);
  const container = chooseContainer(pod, args.container ?? undefined);
  // One byte more tells whether that was all.
  const query = new URLSearchParams({ container, limitBytes: String(limit + 1) });
  if (typeof args.tailLines === 'number') query.set('tailLines', String(args.tailLines));
  if (args.sinceTime) query.set('sinceTime', args.sinceTime);
  if (args.previous) query.set('previous', 'true');
  if (args.timestamps) query.set('timestamps', 'true');
  const left = new AbortController();
  const log = await streams.log(pod.metadata.namespace, pod.metadata.name, query, left.signal);
  const chunks: Buffer[] = [];
  for await (const chunk of log ?? []) chunks.push(chunk as Buffer);
  return { container, ...textOf(Buffer.concat(chunks), limit) };
}

/** At most `limit` bytes, and no half of a character at the end. */
export function textOf(bytes: Buffer, limit: number): { text: string; truncated: boolean } {
  if (bytes.length <= limit) return { text: bytes.toString('utf8'), truncated: false };
  let end = limit;
  while (end > 0 && (bytes[end]! & 0xc0) === 0x80) end--;
  return { text: bytes.subarray(0, end).toString('utf8'), truncated: true };
}
