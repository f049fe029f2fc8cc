/**
 * The kubelet's and scheduler's events in Kubernetes 1.35's wording: one function an event. Decisions use them, and so does the executor for what
 * depends on an operation's result. Source: pkg/kubelet/events/event.go and where they are recorded.
 */
import { goDuration } from '#objects';
import type { Pod } from '#objects';

export interface EventWords {
  type: 'Normal' | 'Warning';
  reason: string;
  message: string;
}

const normal = (reason: string, message: string): EventWords => ({ type: 'Normal', reason, message });
const warning = (reason: string, message: string): EventWords => ({ type: 'Warning', reason, message });

/** <name>_<namespace>(<uid>), as the kubelet writes a pod. */
export const podText = (pod: { metadata: { name: string; namespace: string; uid: string } }): string =>
  `${pod.metadata.name}_${pod.metadata.namespace}(${pod.metadata.uid})`;

// Go's %q for what can stand in an image name or a path.
const quoted = (text: string): string => JSON.stringify(text);

// Images
export const pulling = (image: string) => normal('Pulling', `Pulling image ${quoted(image)}`);
/** `waitedMs`: with the time spent waiting for other pulls. */
export const pulled = (image: string, tookMs: number, waitedMs: number, bytes: number) =>
  normal('Pulled', `Successfully pulled image ${quoted(image)} in ${goDuration(tookMs)} (${goDuration(waitedMs)} including waiting). Image size: ${bytes} bytes.`);
export const alreadyPresent = (image: string) =>
  normal('Pulled', `Container image ${quoted(image)} already present on machine and can be accessed by the pod`);
export const failedToPull = (image: string, error: string) => warning('Failed', `Failed to pull image ${quoted(image)}: ${error}`);
export const pullBackOff = (image: string) => normal('BackOff', `Back-off pulling image ${quoted(image)}`);
export const neverPull = (image: string) => warning('ErrImageNeverPull', `Container image ${quoted(image)} is not present with pull policy of Never`);
export const inspectFailed = (message: string) => warning('InspectFailed', message);
export const missingPullSecrets = (names: string[]) =>
  warning('FailedToRetrieveImagePullSecret', `Unable to retrieve some image pull secrets (${names.join(', ')}); attempting to pull the image may not succeed.`);
/** After each of the failures above: Error: ErrImagePull, Error: ImagePullBackOff, Error: ErrImageNeverPull, Error: InvalidImageName. */
export const startFailed = (error: string) => warning('Failed', `Error: ${error}`);

// Containers
export const created = () => normal('Created', 'Container created');
export const started = () => normal('Started', 'Container started');
export const crashBackOff = (container: string, pod: string) => warning('BackOff', `Back-off restarting failed container ${container} in pod ${pod}`);
export const killing = (message: string) => normal('Killing', message);
/** Messages of Killing. */
export const stopping = (container: string): string => `Stopping container ${container}`;
export const definitionChanged = (container: string, initContainer: boolean): string =>
  initContainer ? `Init container ${container} definition changed` : `Container ${container} definition changed, will be restarted`;
export const probeFailed = (container: string, probe: 'liveness' | 'startup', initContainer: boolean, restart: boolean): string =>
  `${initContainer ? 'Init container' : 'Container'} ${container} failed ${probe} probe${restart && !initContainer ? ', will be restarted' : ''}`;
export const exceededGracePeriod = () => warning('ExceededGracePeriod', 'Container runtime did not kill the pod within specified grace period.');
export const failedPostStart = (message: string) => warning('FailedPostStartHook', message);
export const failedPreStop = (message: string) => warning('FailedPreStopHook', message);
/** The exact words: runHTTPHandler in pkg/kubelet/lifecycle/handlers.go. */
export const httpFallback = (host: string) =>
  warning('LifecycleHTTPFallback', `request to HTTPS lifecycle hook ${host} got HTTP response, retry with HTTP succeeded`);
export const killedByPostStart = 'FailedPostStartHook';
export const unhealthy = (probe: 'Liveness' | 'Readiness' | 'Startup', output: string) => warning('Unhealthy', `${probe} probe failed: ${output}`);
export const probeErrored = (probe: 'Liveness' | 'Readiness' | 'Startup', error: string) => warning('Unhealthy', `${probe} probe errored and resulted in unknown state: ${error}`);
export const probeWarning = (probe: 'Liveness' | 'Readiness' | 'Startup', output: string) => warning('ProbeWarning', `${probe} probe warning: ${output}`);

// Pods
export const sandboxChanged = () => normal('SandboxChanged', 'Pod sandbox changed, it will be killed and re-created.');
export const failedSandbox = (error: string) => warning('FailedCreatePodSandBox', `Failed to create pod sandbox: ${error}`);
export const failedKillPod = (error: string) => warning('FailedKillPod', `error killing pod: ${error}`);
export const deadlineExceeded = () => normal('DeadlineExceeded', DEADLINE_MESSAGE);
export const DEADLINE_MESSAGE = 'Pod was active on the node longer than the specified deadline';
export const failedMount = (volume: string, error: string) => warning('FailedMount', `MountVolume.SetUp failed for volume ${quoted(volume)} : ${error}`);
/** Source: emptyDirMessageFmt in pkg/kubelet/eviction/helpers.go. */
export const emptyDirOverLimit = (volume: string, limit: string): string => `Usage of EmptyDir volume ${quoted(volume)} exceeds the limit ${quoted(limit)}. `;
/** Source: podEphemeralStorageMessageFmt and containerEphemeralStorageMessageFmt, there. */
export const podStorageOverLimit = (limit: string): string => `Pod ephemeral local storage usage exceeds the total limit of containers ${limit}. `;
export const containerStorageOverLimit = (container: string, limit: string): string => `Container ${container} exceeded its local ephemeral storage limit ${quoted(limit)}. `;
export const evicted = (message: string) => warning('Evicted', message);
export const rejected = ({ reason, message }: { reason: string; message: string }) => warning(reason, message);
export const failedSync = (error: string) => warning('FailedSync', `error determining status: ${error}`);

// Resizes. Source: pkg/kubelet/events/resize.go
export const resizeStarted = (pod: Pod, generation: number) => normal('ResizeStarted', resizeText('Pod resize started', pod, generation));
export const resizeCompleted = (pod: Pod, generation: number) => normal('ResizeCompleted', resizeText('Pod resize completed', pod, generation));
export const resizeError = (pod: Pod, generation: number, error: string) => warning('ResizeError', resizeText('Pod resize error', pod, generation, error));
export const resizePending = (pod: Pod, generation: number, reason: 'Deferred' | 'Infeasible', why: string) =>
  warning(`Resize${reason}`, resizeText(`Pod resize ${reason}`, pod, generation, why));
/** Message of Killing. */
export const resizeRestarts = (container: string): string => `Container ${container} resize requires restart`;

/** The resources of all containers, as Go writes them. */
function resizeText(what: string, { spec }: Pod, generation: number, error?: string): string {
  const sorted = (list: object | undefined) => list && Object.fromEntries(Object.entries(list).sort(([a], [b]) => (a < b ? -1 : 1)));
  const told = (containers: Pod['spec']['containers'] | undefined) =>
    containers?.map(({ name, resources }) => ({ name, resources: { limits: sorted(resources?.limits), requests: sorted(resources?.requests) } }));
  const initContainers = spec.initContainers?.length ? told(spec.initContainers) : undefined;
  return `${what}: ${JSON.stringify({ initContainers, containers: told(spec.containers), generation, error })}`;
}

// Scheduling
export const scheduled = (namespace: string, name: string, node: string) => normal('Scheduled', `Successfully assigned ${namespace}/${name} to ${node}`);
export const failedScheduling = (message: string) => warning('FailedScheduling', message);
