/** Asks the probes of running containers when they are due, and wakes a sync when the answers change something. Source: pkg/kubelet/prober. */
import { probeErrored, probeWarning, unhealthy } from '#lifecycle';
import type { ProbeState } from '#lifecycle';
import { containersOf } from '#objects';
import type { Container, ContainerKind, PodSpec } from '#objects';
import type { ContainerRuntime, PodSandbox, RuntimeContainer } from '#runtime';
import { messageOf } from '../errors.js';
import type { PodRecord, Trigger } from '../pods/pod-record.js';
import { ask } from './ask.js';
import type { Answer } from './target.js';
import { afterAnswer, beginProbes, openProbes, PROBE_KINDS, probeOf, probeState, sameState } from './run-probes.js';
import type { ProbeKind, RunProbes } from './run-probes.js';

/** One run of a container that has probes. */
interface ProbedRun {
  id: string;
  sandboxId: string;
  container: Container;
  kind: ContainerKind;
  probes: RunProbes;
  /** Asked and not answered yet. */
  asking: Set<ProbeKind>;
}

interface ProbedPod {
  record: PodRecord;
  podIP: string;
  /** By container name. */
  runs: Map<string, ProbedRun>;
  /** One timer for all of the pod's probes, on its clock. */
  armedFor?: number;
  cancel?: () => void;
}

const NONE: Record<string, ProbeState> = Object.freeze({});
const WORDS = { startup: 'Startup', liveness: 'Liveness', readiness: 'Readiness' } as const;

/** Pods without probes leave nothing in here. */
export class Prober {
  private readonly pods = new Map<string, ProbedPod>();
  private closed = false;

  constructor(
    private readonly runtime: ContainerRuntime,
    private readonly trigger: (record: PodRecord, trigger: Trigger) => void,
    private readonly log: (line: string) => void,
  ) {}

  /** What is known of the probes of the pod's running containers, by name. Probing begins and ends with what is seen to run here. */
  observe(record: PodRecord, sandboxes: PodSandbox[], containers: RuntimeContainer[]): Record<string, ProbeState> {
    const probed = probedContainers(record.pod.spec);
    if (probed.length === 0) return NONE;
    const pod = this.pods.get(record.uid) ?? { record, podIP: '', runs: new Map<string, ProbedRun>() };
    const states: Record<string, ProbeState> = {};
    for (const { container, kind } of probed) {
      const { name } = container;
      const running = containers.find((one) => one.metadata.name === name && one.state === 'RUNNING');
      // A container counts as running when its postStart hook is over.
      if (!running || record.hooks.has(name)) {
        pod.runs.delete(name);
        continue;
      }
      let run = pod.runs.get(name);
      if (run?.id !== running.id) {
        const probes = beginProbes(container, running.startedAt, record.clock.now(), wasReady(record, name, running.id));
        pod.runs.set(name, (run = { id: running.id, sandboxId: running.sandboxId, container, kind, probes, asking: new Set() }));
      }
      states[name] = probeState(run.probes);
    }
    pod.podIP = sandboxes.find((one) => one.ip !== '')?.ip ?? pod.podIP;
    if (pod.runs.size > 0) this.pods.set(record.uid, pod);
    this.arm(pod);
    return states;
  }

  /** The pod is no longer here. */
  forget(uid: string): void {
    const pod = this.pods.get(uid);
    pod?.runs.clear();
    if (pod) this.arm(pod);
  }

  close(): void {
    this.closed = true;
    for (const pod of this.pods.values()) this.arm(pod);
  }

  /** Sets the timer to the probe that is due first; a pod of which nothing is probed any more is forgotten. */
  private arm(pod: ProbedPod): void {
    let at = Infinity;
    for (const run of this.closed ? [] : pod.runs.values()) {
      for (const kind of openOf(pod, run)) if (!run.asking.has(kind)) at = Math.min(at, run.probes[kind]!.dueAt);
    }
    if (pod.runs.size === 0 && this.pods.get(pod.record.uid) === pod) this.pods.delete(pod.record.uid);
    if (at === (pod.armedFor ?? Infinity)) return;
    pod.cancel?.();
    pod.armedFor = at === Infinity ? undefined : at;
    pod.cancel = at === Infinity ? undefined : pod.record.clock.at(at, () => this.fire(pod));
  }

  private fire(pod: ProbedPod): void {
    pod.armedFor = undefined;
    pod.cancel = undefined;
    const now = pod.record.clock.now();
    for (const run of pod.runs.values()) {
      for (const kind of openOf(pod, run)) {
        if (run.probes[kind]!.dueAt > now || run.asking.has(kind)) continue;
        run.asking.add(kind);
        pod.record.activity++;
        this.probe(pod, run, kind)
          .catch((error: unknown) => this.log(`probing container ${run.container.name} of pod ${pod.record.namespace}/${pod.record.name} failed: ${messageOf(error)}`))
          .finally(() => {
            run.asking.delete(kind);
            pod.record.activity++;
            this.arm(pod);
          });
      }
    }
    this.arm(pod);
  }

  private async probe(pod: ProbedPod, run: ProbedRun, kind: ProbeKind): Promise<void> {
    const { record } = pod;
    const { container } = run;
    const target = { runtime: this.runtime, clock: record.clock, container, containerId: run.id, sandboxId: run.sandboxId, podIP: pod.podIP };
    const answer = await ask(probeOf(container, kind)!, target);
    const before = probeState(run.probes);
    // An answer about a container that has ended meanwhile tells nothing of it.
    const ended = answer.result !== 'success' && !(await this.runs(record, run.id));
    if (ended || pod.runs.get(container.name) !== run || !openOf(pod, run).includes(kind)) {
      run.probes = afterAnswer(container, run.probes, kind, { verdict: 'unknown', message: '' }, record.clock.now());
      return;
    }
    const verdict = answer.result === 'warning' ? 'success' : answer.result;
    run.probes = afterAnswer(container, run.probes, kind, { verdict, message: answer.output }, record.clock.now());
    const told = this.tell(record, run, kind, answer);
    if (told || !sameState(before, probeState(run.probes))) {
      this.trigger(record, { what: 'probe', detail: `the ${kind} probe of container ${container.name}: ${answer.result}`, id: run.id, container: container.name, probe: kind });
    }
  }

  private tell(record: PodRecord, run: ProbedRun, kind: ProbeKind, { result, output }: Answer): boolean {
    if (result === 'success') return false;
    const words = result === 'failure' ? unhealthy : result === 'warning' ? probeWarning : probeErrored;
    record.event(words(WORDS[kind], output), { container: run.container.name, kind: run.kind });
    return true;
  }

  private async runs(record: PodRecord, id: string): Promise<boolean> {
    const listed = await this.runtime.listContainers({ podUid: record.uid });
    return listed.some((one) => one.id === id && one.state === 'RUNNING');
  }
}

const openOf = ({ record }: ProbedPod, run: ProbedRun): ProbeKind[] => openProbes(run.probes, record.gone || record.pod.metadata.deletionTimestamp !== undefined);

function probedContainers(spec: PodSpec): { container: Container; kind: ContainerKind }[] {
  const probed: { container: Container; kind: ContainerKind }[] = [];
  for (const one of containersOf(spec)) {
    if ((one.kind === 'APP' || one.kind === 'SIDECAR') && PROBE_KINDS.some((kind) => probeOf(one.container, kind))) probed.push(one);
  }
  return probed;
}

/** The last status tells of this very run, and says that it is ready. Source: feature gate ChangeContainerStatusOnKubeletRestart. */
function wasReady({ pod }: PodRecord, name: string, id: string): boolean {
  const statuses = [...(pod.status.containerStatuses ?? []), ...(pod.status.initContainerStatuses ?? [])];
  const status = statuses.find((one) => one.name === name);
  return status?.ready === true && status.containerID?.split('://')[1] === id;
}
