/** What the revisions of a sync are put down to: so that "why did it restart?" has an answer in the change log. Pure. */
import type { ContainerStatus, PodStatus } from '#objects';
import type { RuntimeContainer } from '#runtime';
import type { Cause } from '#store';
import type { Trigger } from '../pods/pod-record.js';

/** The most telling first: when several things woke one sync, this is what its revisions are put down to. */
const WEIGHT: Cause['what'][] = ['container-exit', 'probe', 'runtime', 'request', 'timer', 'decision'];

export interface SyncSeen {
  containers: RuntimeContainer[];
  /** The last status written, and the one that is written now. */
  before: PodStatus;
  after: PodStatus;
}

export function causeOf(node: string, triggers: Trigger[], seen: SyncSeen): Cause {
  const [best = { what: 'decision', detail: 'sync' }] = [...triggers].sort((a, b) => WEIGHT.indexOf(a.what) - WEIGHT.indexOf(b.what)) as [Trigger?];
  const { what, detail, request, container, probe } = best;
  const known = { by: `node:${node}`, what, ...(container && { container }), ...(probe && { probe }), ...(request && { request }) };
  if (what === 'container-exit') return { ...known, detail, ...exitOf(best, seen.containers) };
  if (what === 'probe' || what === 'request') return { ...known, detail };
  return { ...known, detail, ...startOf(seen) };
}

function exitOf({ id, because }: Trigger, containers: RuntimeContainer[]): Partial<Cause> {
  const found = containers.find((one) => one.id === id);
  if (found?.state !== 'EXITED') return {};
  const { exitCode, reason, metadata } = found;
  const detail = `container ${metadata.name} exited with code ${exitCode} (${reason})${because ? `: ${because}` : ''}`;
  return { detail, container: metadata.name, exitCode, reason };
}

/** What a sync started that nobody in particular asked for, and, of a restart, what had ended. */
function startOf({ before, after }: SyncSeen): Partial<Cause> {
  const old = new Map(statuses(before).map((status) => [status.name, status]));
  const started = statuses(after).filter((status) => status.state?.running && status.containerID !== old.get(status.name)?.containerID);
  if (started.length === 0) return {};
  const again = started.find((status) => status.restartCount > 0);
  if (!again) return { detail: `started: ${started.map(({ name }) => `container ${name}`).join(', ')}`, ...(started.length === 1 && { container: started[0]!.name }) };
  const { name, restartCount, lastState } = again;
  const ended = lastState?.terminated;
  const backedOff = old.get(name)?.state?.waiting?.reason === 'CrashLoopBackOff';
  const why = ended ? `: it had exited with code ${ended.exitCode} (${ended.reason ?? ''})${backedOff ? ', and its back-off is over' : ''}` : '';
  return { detail: `container ${name} is started again (restart ${restartCount})${why}`, container: name, ...(ended && { exitCode: ended.exitCode, ...(ended.reason && { reason: ended.reason }) }) };
}

const statuses = ({ initContainerStatuses = [], containerStatuses = [] }: PodStatus): ContainerStatus[] => [...initContainerStatuses, ...containerStatuses];
