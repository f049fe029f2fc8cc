/**
 * What a pod may say and nothing acts on yet. A row goes when its feature comes; docs/differences.md names the same paths.
 *
 * `path` is below the pod's spec: `container` stands for every container of any kind, `[]` for every item, a last `*` for every
 * field but those in `honoured`. Messages say what happens instead; they are made of fixed words, as they travel in HTTP headers.
 */
import type { PodSpec } from '../types.js';

export interface Row {
  path: string;
  message: string;
  /** Whether this value asks for something; without it, all that is not false, 0, '' or empty does. */
  when?(value: never, around: { spec: PodSpec; parent: never }): boolean;
  /** With a last `*`: the fields that something acts on. */
  honoured?: readonly string[];
  /** Told for the first place alone. */
  once?: true;
}

const UNSEEN = 'the scheduler does not look at this yet';
const NOT_MOUNTED = 'cannot be mounted yet: containers do not start (FailedMount)';
const REAL_ONLY = 'on nodes of the virtual runtime there is no kernel that would heed it; real containers have capabilities, and the seccomp profiles RuntimeDefault and Unconfined';
const OWN_HOST = "only the pod's own address is probed: another host counts as unanswered";

export const UNSUPPORTED: readonly Row[] = [
  // Scheduling
  { path: 'schedulerName', message: 'no other scheduler runs here: unless something else binds it, the pod stays Pending', when: (name: string) => name !== 'default-scheduler' },
  { path: 'affinity.podAffinity', message: UNSEEN },
  { path: 'affinity.podAntiAffinity', message: UNSEEN },
  { path: 'topologySpreadConstraints', message: UNSEEN },

  // What a pod shares with its node
  { path: 'hostNetwork', message: "on nodes of the virtual runtime the pod has the node's address, and a port table and a loopback of its own" },
  { path: 'hostPID', message: 'nodes of the virtual runtime cannot run such pods (FailedCreatePodSandBox)' },
  { path: 'hostIPC', message: 'containers share nothing with the node' },
  { path: 'hostUsers', message: 'containers have no user namespaces', when: (hostUsers: boolean) => !hostUsers },
  { path: 'container.ports[].hostIP', message: 'the port is opened on the node and on loopback, whatever the address' },

  // Identity
  { path: 'serviceAccountName', message: 'its token is mounted where the pod or the account says so (automountServiceAccountToken), or the operator does (PODBOX_SERVICE_ACCOUNT_TOKENS)', when: isTokenMissed },
  { path: 'securityContext.seccompProfile', message: REAL_ONLY, when: isProfileMissed },
  { path: 'securityContext.*', message: 'not honoured yet', honoured: ['runAsUser', 'runAsGroup', 'runAsNonRoot', 'fsGroup', 'supplementalGroups', 'seccompProfile'] },
  { path: 'container.securityContext.capabilities', message: REAL_ONLY },
  { path: 'container.securityContext.seccompProfile', message: REAL_ONLY, when: isProfileMissed },
  { path: 'container.securityContext.procMount', message: 'not honoured yet', when: (procMount: string) => procMount !== 'Default' },
  {
    path: 'container.securityContext.*',
    message: 'not honoured yet',
    honoured: ['runAsUser', 'runAsGroup', 'runAsNonRoot', 'readOnlyRootFilesystem', 'allowPrivilegeEscalation', 'procMount', 'capabilities', 'seccompProfile'],
  },

  // Resources
  { path: 'container.resources.limits.*', message: 'containers of the virtual runtime are held to their limits of memory and ephemeral-storage alone', honoured: ['memory', 'ephemeral-storage'], once: true },
  { path: 'container.resources.claims', message: 'devices are not allocated' },
  { path: 'resources.limits', message: 'pods as a whole are not held to limits yet' },
  { path: 'resourceClaims', message: 'devices are not allocated' },
  { path: 'runtimeClassName', message: 'there are no runtime classes: the pod gets the runtime of its node' },

  // Life
  ...['startupProbe', 'livenessProbe', 'readinessProbe'].flatMap((probe) => [
    { path: `container.${probe}.httpGet.host`, message: OWN_HOST },
    { path: `container.${probe}.tcpSocket.host`, message: OWN_HOST },
  ]),
  ...['postStart', 'preStop'].flatMap((hook) => [
    { path: `container.lifecycle.${hook}.httpGet.host`, message: "only the pod's own address is asked: the hook fails" },
    { path: `container.lifecycle.${hook}.tcpSocket`, message: 'the hook fails, as no such hook has ever run on Kubernetes' },
  ]),

  // Volumes
  { path: 'volumes[].*', message: `volumes of this type ${NOT_MOUNTED}`, honoured: ['name', 'emptyDir', 'configMap', 'secret', 'downwardAPI', 'projected', 'hostPath'] },
  { path: 'volumes[].projected.sources[].*', message: `sources of this type ${NOT_MOUNTED}`, honoured: ['configMap', 'secret', 'downwardAPI', 'serviceAccountToken'] },
  { path: 'volumes[].projected.sources[].serviceAccountToken', message: 'the token is signed and renewed, but nothing accepts it' },
  { path: 'volumes[].hostPath', message: 'refused (FailedMount) unless the operator allows the path (PODBOX_HOST_PATHS); on nodes of the virtual runtime a read-only copy' },
  { path: 'volumes[].emptyDir.medium', message: 'there are no huge pages: an ordinary directory is used', when: (medium: string) => medium !== '' && medium !== 'Memory' },
  { path: 'container.volumeDevices', message: 'there are no block devices' },
  { path: 'container.volumeMounts[].mountPropagation', message: 'mounts are not propagated', when: (propagation: string) => propagation !== 'None' },
];

function isTokenMissed(name: string, { spec }: { spec: PodSpec }): boolean {
  return name !== 'default' && spec.automountServiceAccountToken === undefined;
}

/** What has no kernel is unconfined anyway. */
function isProfileMissed({ type }: { type: string }): boolean {
  return type !== 'Unconfined';
}
