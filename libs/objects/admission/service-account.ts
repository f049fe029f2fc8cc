/** What a pod gets of its ServiceAccount. Source: plugin/pkg/admission/serviceaccount/admission.go. */
import type { Pod, ServiceAccount, Volume } from '../types.js';

const MOUNT_PATH = '/var/run/secrets/kubernetes.io/serviceaccount';
const VOLUME_PREFIX = 'kube-api-access-';
/** Of the token: a second more than an hour would be told as such. */
const TOKEN_SECONDS = 3607;
const SUFFIX = 'bcdfghjklmnpqrstvwxz2456789';

/**
 * Its imagePullSecrets, where the pod has none, and the volume with its token, where the pod or the account says so or, where neither says anything,
 * `automount` does. In place; twice is as once. `random`: a whole number below n. Returns what takes all of it back.
 */
export function giveServiceAccount({ spec }: Pod, account: ServiceAccount | undefined, automount: boolean, random: (below: number) => number): () => void {
  const containers = [...(spec.initContainers ?? []), ...spec.containers];
  const { imagePullSecrets, volumes } = spec;
  const mounts = containers.map(({ volumeMounts }) => volumeMounts);
  const undo = () => {
    restore(spec, 'imagePullSecrets', imagePullSecrets);
    restore(spec, 'volumes', volumes);
    containers.forEach((container, index) => restore(container, 'volumeMounts', mounts[index]));
  };
  if (!spec.imagePullSecrets?.length && account?.imagePullSecrets?.length) spec.imagePullSecrets = account.imagePullSecrets.map(({ name }) => ({ name }));
  if (!(spec.automountServiceAccountToken ?? account?.automountServiceAccountToken ?? automount)) return undo;
  const lacking = containers.filter((container) => !container.volumeMounts?.some(({ mountPath }) => mountPath === MOUNT_PATH));
  if (lacking.length === 0) return undo;
  let name = spec.volumes?.find((volume) => volume.name.startsWith(VOLUME_PREFIX))?.name;
  if (name === undefined) {
    name = VOLUME_PREFIX + Array.from({ length: 5 }, () => SUFFIX[random(SUFFIX.length)]).join('');
    spec.volumes = [...(spec.volumes ?? []), tokenVolume(name)];
  }
  for (const container of lacking) container.volumeMounts = [...(container.volumeMounts ?? []), { name, readOnly: true, mountPath: MOUNT_PATH }];
  return undo;
}

function restore<T, K extends keyof T>(object: T, key: K, value: T[K]): void {
  if (value === undefined) delete object[key];
  else object[key] = value;
}

const tokenVolume = (name: string): Volume => ({
  name,
  projected: {
    sources: [
      { serviceAccountToken: { expirationSeconds: TOKEN_SECONDS, path: 'token' } },
      { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
      { downwardAPI: { items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }] } },
    ],
    defaultMode: 420,
  },
});
