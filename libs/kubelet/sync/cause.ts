/** What the revisions of a sync are put down to: so that "why did it restart?" has an answer in the change log. Pure. */
import type { ContainerState, ContainerStatus, PodStatus } from '#objects';
import type { RuntimeContainer } from '#runtime';
import type { Cause } from '#store';
import type { Stop, Trigger } from '../pods/pod-record.js';

/** The most telling first: when several things woke one sync, this is what its revisions are put down to. */
const WEIGHT: Cause['what'][] = ['container-exit', 'probe', 'runtime', 'request', 'timer', 'decision'];

export interface SyncSeen {
  containers: RuntimeContainer[];
  /** The last status written, and the one that is written now. */
  before: PodStatus;
  after: PodStatus;
  stops: ReadonlyMap<string, Stop>;
}

export function causeOf(node: string, triggers: Trigger[], seen: SyncSeen): Cause {
  const [best = { what: 'decision', detail: 'sync' }] = [...triggers].sort((a, b) => WEIGHT.indexOf(a.what) - WEIGHT.indexOf(b.what) || Number(b.request !== undefined) - Number(a.request !== undefined)) as [Trigger?];
  const { what, detail, request, container, probe } = best;
  const known = { by: `node:${node}`, what, ...(container && { container }), ...(probe && { probe }), ...(request && { request }) };
  if (what === 'container-exit') return { ...known, detail, ...exitOf(best, seen) };
  if (what === 'probe' || what === 'request') return { ...known, detail };
  return { ...known, detail, ...(endOf(seen) ?? restartOf(seen) ?? waitOf(seen) ?? (what === 'runtime' ? {} : startOf(seen))) };
}

function exitOf({ id = '' }: Trigger, { containers, stops }: SyncSeen): Partial<Cause> {
  const found = containers.find((one) => one.id === id);
  return found?.state === 'EXITED' ? exit(found.metadata.name, id, found, stops) : {};
}

/** How a container ended; of one that was stopped also why. */
function exit(container: string, id: string, { exitCode, reason }: Ended, stops: SyncSeen['stops']): Partial<Cause> {
  const stop = stops.get(container);
  const { because, probe, request } = stop?.containerId === id ? stop : {};
  const detail = `container ${container} exited with code ${exitCode} (${reason ?? ''})${because ? `: ${because}` : ''}`;
  return { what: 'container-exit', detail, ...exitFields(container, { exitCode, reason }), ...(probe && { probe }), ...(request && { request }) };
}

/** An exit that a sync found which nobody had told of yet: a relist may be faster than the event. */
function endOf({ before, after, stops }: SyncSeen): Partial<Cause> | undefined {
  const ran = new Map(statuses(before).flatMap((status) => (status.state?.running && status.containerID ? [[status.containerID, status.name] as const] : [])));
  for (const { name, state, lastState } of statuses(after)) {
    const ended = [state?.terminated, lastState?.terminated].find((one) => one?.containerID && ran.get(one.containerID) === name);
    if (ended) return exit(name, ended.containerID?.split('://')[1] ?? '', ended, stops);
  }
  return undefined;
}

/** A container runs again: because its back-off is over, or at once. */
function restartOf(seen: SyncSeen): Partial<Cause> | undefined {
  const again = started(seen).find(({ now }) => now.restartCount > 0);
  if (!again) return undefined;
  const { name, restartCount, lastState } = again.now;
  const ended = lastState?.terminated;
  const backedOff = again.before?.state?.waiting?.reason === 'CrashLoopBackOff';
  const why = ended ? `: it had exited with code ${ended.exitCode} (${ended.reason ?? ''})${backedOff ? ', and its back-off is over' : ''}` : '';
  return { what: backedOff ? 'timer' : 'decision', detail: `container ${name} is started again (restart ${restartCount})${why}`, container: name, ...(ended && exitFields(name, ended)) };
}

/** A container that has ended begins to wait for its next run. */
function waitOf({ before, after }: SyncSeen): Partial<Cause> | undefined {
  const backsOff = ({ state }: ContainerStatus) => state?.waiting?.reason === 'CrashLoopBackOff';
  const waited = new Set(statuses(before).filter(backsOff).map(({ name }) => name));
  const found = statuses(after).find((status) => backsOff(status) && !waited.has(status.name));
  const ended = found?.lastState?.terminated;
  if (!found || !ended) return undefined;
  return { what: 'decision', detail: `container ${found.name} waits for its back-off: it had exited with code ${ended.exitCode} (${ended.reason ?? ''})`, ...exitFields(found.name, ended) };
}

/** What a sync started that nobody in particular asked for. */
function startOf(seen: SyncSeen): Partial<Cause> {
  const names = started(seen).map(({ now }) => now.name);
  return names.length === 0 ? {} : { detail: `started: ${names.map((name) => `container ${name}`).join(', ')}`, ...(names.length === 1 && { container: names[0]! }) };
}

/** The containers that run now and did not, or not this run. */
function started({ before, after }: SyncSeen): { now: ContainerStatus; before?: ContainerStatus }[] {
  const old = new Map(statuses(before).map((status) => [status.name, status]));
  return statuses(after)
    .filter((status) => status.state?.running && status.containerID !== (old.get(status.name)?.state?.running && old.get(status.name)?.containerID))
    .map((now) => ({ now, before: old.get(now.name) }));
}

type Ended = Pick<NonNullable<ContainerState['terminated']>, 'exitCode' | 'reason'>;
const exitFields = (container: string, { exitCode, reason }: Ended): Partial<Cause> => ({ container, exitCode, ...(reason && { reason }) });

const statuses = ({ initContainerStatuses = [], containerStatuses = [] }: PodStatus): ContainerStatus[] => [...initContainerStatuses, ...containerStatuses];
