import type { Resources } from '#apiserver';
import { CLOCK_NAME, podTime, rowOfClock } from '#clock';
import type { Cause, Change } from '#store';
import type { ChangeType, QueryPodHistoryArgs } from '../generated/types.js';
import type { PodObject } from '../objects.js';
import { badInput } from '../server/errors.js';
import { CLOCKS, PODS } from './kinds.js';
import { MAX_PAGE, type PageInfo } from './connection.js';
import { as, DEFAULT_NAMESPACE } from './queries.js';

/** One change of a pod, as the change log has it. */
export interface PodStep {
  cursor: string;
  type: ChangeType;
  /** Epoch ms, by the clock of the pod's namespace. */
  at: number;
  /** Epoch ms, real time. */
  committedAt: number;
  pod: PodObject;
  /** The state before, of the same pod; undefined: there was none, or it is no longer kept. */
  before?: PodObject;
  cause: Cause;
}

export interface PodHistory {
  edges: { cursor: string; node: PodStep }[];
  nodes: PodStep[];
  pageInfo: PageInfo;
}

/** @throws ApiError BadRequest; Expired when `after` is older than what the log keeps */
export async function podHistory(resources: Resources, args: QueryPodHistoryArgs): Promise<PodHistory> {
  const limit = args.first ?? 500;
  if (limit < 1 || limit > MAX_PAGE) throw badInput(`first: ${limit} is not between 1 and ${MAX_PAGE}`);
  const namespace = args.namespace ?? DEFAULT_NAMESPACE;
  const after = revisionOf(args.after);
  const range = { ...(after && { after }), ...(args.uid && { uid: args.uid }), ...momentsOf(args), limit: limit + 1 };
  const [{ before, changes }, timeOf] = await Promise.all([resources.history(PODS, namespace, args.name, range), timesIn(resources, [namespace])]);
  const nodes = podSteps(changes.slice(0, limit), timeOf, before && as<PodObject>(before));
  const edges = nodes.map((node) => ({ cursor: node.cursor, node }));
  const pageInfo = { hasNextPage: changes.length > limit, hasPreviousPage: after !== undefined, startCursor: edges[0]?.cursor ?? null, endCursor: edges.at(-1)?.cursor ?? null };
  return { edges, nodes, pageInfo };
}

/** `before`: the state before the first change. */
export function podSteps(changes: Change[], timeOf: (change: Change) => number, before?: PodObject): PodStep[] {
  let last = before;
  return changes.map((change) => {
    const pod = as<PodObject>(change.object);
    const known = last?.metadata.uid === pod.metadata.uid ? last : undefined;
    last = pod;
    const { revision, type, cause, committedAt } = change;
    return { cursor: String(revision), type, at: timeOf(change), committedAt, pod, cause, ...(known && { before: known }) };
  });
}

/** What time it was in its namespace when something was committed: the Clocks' changes stand in the same log. */
export async function timesIn(resources: Resources, namespaces: string[]): Promise<(change: Change) => number> {
  const found = await resources.histories(CLOCKS, namespaces.map((namespace) => ({ namespace, name: CLOCK_NAME })));
  return ({ key, revision, committedAt }) => {
    const clocks = found[namespaces.indexOf(key.namespace)] ?? [];
    let at = clocks.length - 1;
    while (at >= 0 && clocks[at]!.revision > revision) at--;
    const clock = clocks[at];
    return clock && clock.type !== 'DELETED' ? Math.floor(podTime(rowOfClock(clock.object), committedAt)) : committedAt;
  };
}

/** @throws ApiError BadRequest */
function revisionOf(after: string | null | undefined): number | undefined {
  if (after === null || after === undefined || after === '' || after === '0') return undefined;
  if (!/^\d{1,15}$/.test(after)) throw badInput(`after: ${JSON.stringify(after)} is no cursor: pass the cursor of an entry, or none`);
  return Number(after);
}

function momentsOf({ from, to }: QueryPodHistoryArgs): { from?: number; to?: number } {
  const moment = (name: 'from' | 'to', text: string | null | undefined) => {
    if (text === null || text === undefined) return undefined;
    const at = Date.parse(text);
    if (Number.isNaN(at)) throw badInput(`${name}: ${JSON.stringify(text)} is not a time in RFC 3339`);
    return { [name]: at };
  };
  return { ...moment('from', from), ...moment('to', to) };
}
