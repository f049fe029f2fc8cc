/** Which container a log, exec or attach is about, and which of its runs. Wording and codes: pkg/registry/core/pod/strategy.go, pkg/kubelet/kubelet_pods.go. */
import { statuses } from '#apiserver';
import type { ContainerStatus, Pod } from '#objects';

/** kubectl's own way to say which container is meant when none is named. */
const DEFAULT_CONTAINER = 'kubectl.kubernetes.io/default-container';

/** @throws ApiError BadRequest */
export function chooseContainer(pod: Pod, requested: string | undefined): string {
  const { containers, initContainers = [], ephemeralContainers = [] } = pod.spec;
  const names = [...initContainers, ...containers, ...ephemeralContainers].map(({ name }) => name);
  if (requested) {
    if (!names.includes(requested)) throw statuses.badRequest(`container ${requested} is not valid for pod ${pod.metadata.name}`);
    return requested;
  }
  const annotated = pod.metadata.annotations?.[DEFAULT_CONTAINER];
  if (annotated && names.includes(annotated)) return annotated;
  if (containers.length === 1) return containers[0]!.name;
  const choices = (some: { name: string }[]) => `[${some.map(({ name }) => name).join(' ')}]`;
  const init = initContainers.length > 0 ? ` or one of the init containers: ${choices(initContainers)}` : '';
  throw statuses.badRequest(`a container name must be specified for pod ${pod.metadata.name}, choose one of: ${choices(containers)}${init}`);
}

/** The number of the run whose log is wanted: restartCount counts the runs. @throws ApiError BadRequest: there is no such run. */
export function chooseRun(pod: Pod, container: string, previous: boolean): number {
  const refuse = (why: string) => statuses.badRequest(why);
  const where = `container "${container}" in pod "${pod.metadata.name}"`;
  const status = statusOf(pod, container);
  if (!status) throw refuse(`${where} is not available`);
  const { waiting, running, terminated } = status.state ?? {};
  const last = status.lastState?.terminated;
  // While a container waits to run again, restartCount is still that of its last run.
  const lastRun = running || terminated ? status.restartCount - 1 : status.restartCount;
  if (previous) {
    if (!last?.containerID) throw refuse(`previous terminated ${where} not found`);
    return lastRun;
  }
  if (running || terminated?.containerID) return status.restartCount;
  if (last?.containerID) return lastRun;
  if (terminated) throw refuse(`${where} is terminated`);
  throw refuse(`${where} is waiting to start${waiting ? waitsFor(waiting.reason) : ' - no logs yet'}`);
}

function waitsFor(reason: string | undefined): string {
  if (reason === 'ErrImagePull') return ": image can't be pulled";
  if (reason === 'ImagePullBackOff') return ': trying and failing to pull image';
  return `: ${reason ?? ''}`;
}

function statusOf({ status }: Pod, container: string): ContainerStatus | undefined {
  const all = [...(status.containerStatuses ?? []), ...(status.initContainerStatuses ?? []), ...(status.ephemeralContainerStatuses ?? [])];
  return all.find(({ name }) => name === container);
}
