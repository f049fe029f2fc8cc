/**
 * Drives a namespace's clock from one due time to the next. The step stands in the Clock object (status.step): time stands still for as long as it
 * does, whoever makes the step may be gone at any moment, and then somebody else ends it (libs/control/upkeep/abandoned-steps.ts).
 */
import { randomUUID } from 'node:crypto';
import { basesOf, CLOCK_NAME, podTime, rowOfClock, sleep, STEP_ABANDONED_MS } from '#clock';
import type { Clock, ClockSpec, ClockStatus, StepOutcome } from '#clock';
import type { KubeObject, Pod } from '#objects';
import { isOvertaken } from '#store';
import type { Store } from '#store';
import { conflict, notFound, timedOut } from '../errors/status.js';
import { KINDS } from '../kinds/table.js';
import { ApiError } from '../types.js';
import { requestCause } from '../resources/context.js';
import { Happenings } from './happenings.js';
import type { ClockNodes, NodeSettled, StepRequest, StepResult } from './types.js';

/** How long the pods get to do what is due at one moment, in real time: more than a crowded machine takes, less than a step may go without a sign of life. */
const SETTLE_MS = 30_000;
/** How long pods that have just been made get to be placed on a node; the scheduler says at once when there is none. */
const PLACED_MS = 30_000;
const LOOK_MS = 20;
const UNREACHABLE_PAUSE_MS = 200;

interface Step {
  namespace: string;
  id: string;
  cause: string;
  from: number;
  to: number;
  untilPod?: string;
  /** The Clock as this step wrote it last. */
  clock: KubeObject;
  /** What the nodes must have seen. */
  revision: number;
  happenings: Happenings;
  busy: Set<string>;
  leaps: number;
}

interface Ending {
  outcome: StepOutcome;
  /** Where the clock is to stand. */
  at: number;
  message?: string;
}

class NotSettled extends Error {}

export class ClockStepper {
  constructor(
    private readonly store: Store,
    private readonly clock: Clock,
    private readonly nodes: ClockNodes,
    private readonly settleMs = SETTLE_MS,
  ) {}

  /** @throws ApiError 404: no Clock, or no such pod; 409: another step is under way; 504: the pods did not come to rest (the clock stays where it got). */
  async step(namespace: string, { seconds, untilPod }: StepRequest & { seconds: number }, cause: string): Promise<StepResult> {
    if (untilPod && !(await this.store.get({ kind: 'Pod', namespace, name: untilPod }))) throw notFound(KINDS.Pod, untilPod);
    const happenings = await Happenings.begin(this.store, this.clock, namespace);
    try {
      const step = await this.begin({ namespace, cause, untilPod, happenings }, seconds * 1000);
      const ending = await this.run(step).catch((error: unknown) => {
        if (error instanceof NotSettled) return { outcome: 'TimedOut' as const, at: virtualBase(step.clock), message: error.message };
        throw error;
      });
      return await this.end(step, ending);
    } finally {
      await happenings.end();
    }
  }

  /** From due time to due time. Which comes next is decided when all nodes have settled. */
  private async run(step: Step): Promise<Ending> {
    const { happenings, untilPod } = step;
    await this.placed(step.namespace);
    step.revision = await this.store.currentRevision();
    await happenings.upTo(step.revision);
    let next = await this.settled(step);
    await happenings.upTo(await this.store.currentRevision());
    happenings.forget();
    const before = untilPod && (await this.lookOf(step.namespace, untilPod));
    for (;;) {
      if (next > step.to) {
        if (!untilPod) return { outcome: 'Reached', at: step.to };
        return { outcome: 'NothingDue', at: virtualBase(step.clock), message: `nothing is due until ${iso(step.to)} that would change pod ${untilPod}` };
      }
      const at = next;
      await this.leap(step, at);
      next = await this.settled(step);
      if (untilPod && (await this.lookOf(step.namespace, untilPod)) !== before) return { outcome: 'PodChanged', at };
    }
  }

  private async begin(step: Pick<Step, 'namespace' | 'cause' | 'untilPod' | 'happenings'>, ms: number): Promise<Step> {
    const id = randomUUID();
    for (;;) {
      const clock = await this.read(step.namespace);
      const now = this.clock.now();
      const { step: other } = clock.status as ClockStatus;
      if (other && now - Date.parse(other.renewedAt) < STEP_ABANDONED_MS) throw conflict(KINDS.Clock, CLOCK_NAME, `a step to ${other.to} is under way`);
      const from = Math.floor(podTime(rowOfClock(clock), now));
      const to = from + Math.max(1, Math.round(ms));
      const mine = { id, to: iso(to), ...(step.untilPod && { untilPod: step.untilPod }), renewedAt: iso(now) };
      const written = await this.write(clock, from, { step: mine }, step.cause);
      if (!written) continue;
      return { ...step, id, from, to, clock: written, revision: revisionOf(written), busy: new Set(), leaps: 0 };
    }
  }

  /** Time goes on to `time`. */
  private async leap(step: Step, time: number): Promise<void> {
    const mine = (step.clock.status as ClockStatus).step!;
    await this.rewrite(step, time, () => ({ step: { ...mine, renewedAt: iso(this.clock.now()) } }));
    step.leaps++;
    step.revision = revisionOf(step.clock);
  }

  /** The clock is its own again. */
  private async end(step: Step, { outcome, at: now, message }: Ending): Promise<StepResult> {
    const lastStep = { from: iso(step.from), to: iso(now), outcome, ...(message !== undefined && { message }) };
    await this.rewrite(step, now, () => ({ step: undefined, lastStep }));
    if (outcome === 'TimedOut') throw timedOut(`the clock of namespace ${step.namespace} stands at ${iso(now)}, short of ${iso(step.to)}: ${message}`);
    await step.happenings.upTo(revisionOf(step.clock));
    const { told, more } = step.happenings;
    const { namespace, leaps, busy } = step;
    return {
      apiVersion: 'podbox.dev/v1',
      kind: 'ClockStep',
      metadata: { name: CLOCK_NAME, namespace },
      status: {
        outcome,
        from: iso(step.from),
        now: iso(now),
        ...(message !== undefined && { message }),
        leaps,
        ...(busy.size > 0 && { busy: [...busy].sort() }),
        happened: told,
        ...(more > 0 && { more }),
      },
    };
  }

  /** Writes the step's Clock, over changes of its pace that came meanwhile. @throws ApiError when the step is no longer in it. */
  private async rewrite(step: Step, time: number, change: () => Partial<ClockStatus>): Promise<void> {
    for (;;) {
      const written = await this.write(step.clock, time, change(), step.cause);
      if (written) {
        step.clock = written;
        return;
      }
      step.clock = await this.read(step.namespace);
      if ((step.clock.status as ClockStatus).step?.id !== step.id) throw conflict(KINDS.Clock, CLOCK_NAME, 'the clock was made anew during the step');
    }
  }

  /** undefined: somebody else has written it meanwhile. */
  private async write(clock: KubeObject, time: number, change: Partial<ClockStatus>, cause: string): Promise<KubeObject | undefined> {
    const { rate, paused } = clock.spec as ClockSpec;
    const { step: _step, ...kept } = { ...(clock.status as ClockStatus), ...change };
    const status = { ...kept, ...basesOf({ realBase: this.clock.now(), virtualBase: time, rate, paused }), ...(change.step && { step: change.step }) };
    const object = { ...clock, status };
    try {
      const { revisions } = await this.store.commit({ writes: [{ op: 'status', object, expect: clock.metadata.resourceVersion, cause: requestCause({ cause }, 'step') }] });
      return { ...object, metadata: { ...clock.metadata, resourceVersion: String(revisions[0]) } };
    } catch (error) {
      if (isOvertaken(error)) return undefined;
      throw error;
    }
  }

  private async read(namespace: string): Promise<KubeObject> {
    const clock = await this.store.get({ kind: 'Clock', namespace, name: CLOCK_NAME });
    if (!clock) throw notFound(KINDS.Clock, CLOCK_NAME);
    return clock;
  }

  /** When something is due next on any node, now that nothing is under way on any. @throws NotSettled */
  private async settled(step: Step): Promise<number> {
    const deadline = this.clock.now() + this.settleMs;
    let before: number | undefined;
    for (;;) {
      const { nodes } = step.happenings;
      const answers = await Promise.all([...nodes].map((node) => this.settledNode(node, step, deadline)));
      for (const name of answers.flatMap(({ busy }) => busy)) step.busy.add(name);
      const activity = answers.reduce((sum, answer) => sum + answer.activity, 0);
      // Pods of different nodes talk to each other: at rest are they all when two rounds have found the same.
      if (nodes.size <= 1 || activity === before) return Math.min(Infinity, ...answers.map(({ next }) => next ?? Infinity));
      before = activity;
      if (this.clock.now() > deadline) throw new NotSettled(`the pods of nodes ${[...nodes].join(', ')} do not come to rest`);
    }
  }

  private async settledNode(node: string, { namespace, revision }: Step, deadline: number): Promise<Extract<NodeSettled, { settled: true }>> {
    for (;;) {
      const left = deadline - this.clock.now();
      let why: string;
      try {
        const answer = await this.nodes.settle(node, namespace, revision, Math.max(left, 1));
        if (answer.settled) return answer;
        ({ why } = answer);
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        // A node that was removed runs nothing.
        if (error.status.reason === 'NotFound') return { settled: true, next: null, activity: 0, busy: [] };
        why = error.message;
      }
      if (this.clock.now() + UNREACHABLE_PAUSE_MS >= deadline) throw new NotSettled(`node ${node} has not settled within ${this.settleMs / 1000} s: ${why}`);
      await sleep(this.clock, UNREACHABLE_PAUSE_MS);
    }
  }

  /** Resolves when every pod that can get a node has one, or has had its time. */
  private async placed(namespace: string): Promise<void> {
    const deadline = this.clock.now() + PLACED_MS;
    for (;;) {
      const { items } = await this.store.list({ kind: 'Pod', namespace, matches: (_labels, fields) => !fields['spec.nodeName'] });
      if (!(items as Pod[]).some(waitsForNode) || this.clock.now() >= deadline) return;
      await sleep(this.clock, LOOK_MS);
    }
  }

  /** What a change of changes: the pod's status. */
  private async lookOf(namespace: string, name: string): Promise<string> {
    const pod = await this.store.get({ kind: 'Pod', namespace, name });
    return JSON.stringify(pod?.status ?? null);
  }
}

const iso = (time: number): string => new Date(time).toISOString();
const revisionOf = ({ metadata }: KubeObject): number => Number(metadata.resourceVersion);
const virtualBase = (clock: KubeObject): number => Date.parse((clock.status as ClockStatus).virtualBase);

/** The scheduler has not looked at it yet. */
function waitsForNode({ spec, status, metadata }: Pod): boolean {
  if (spec.schedulingGates?.length || metadata.deletionTimestamp || (spec.schedulerName ?? 'default-scheduler') !== 'default-scheduler') return false;
  return !status.conditions?.some(({ type, reason }) => type === 'PodScheduled' && reason === 'Unschedulable');
}
