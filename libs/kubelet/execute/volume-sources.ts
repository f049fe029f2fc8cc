import { posix } from 'node:path';
import { fieldText, resourceText } from '#lifecycle';
import { containersOf, quantityValue } from '#objects';
import type { ConfigMap, Pod, Secret, Volume } from '#objects';
import type { VolumeSource } from '#runtime';
import { KubeletError } from '../errors.js';
import type { TokenSource } from './service-account-token.js';

/** What volumes and environments take their content from, as the store has it now; undefined: not there. */
export interface ConfigObjects {
  configMap(name: string): ConfigMap | undefined;
  secret(name: string): Secret | undefined;
  /** What the node has to give, by resource: the value of limits that are not set. */
  allocatable: Record<string, string>;
  /** Folders of this machine that pods may mount (hostPath). */
  hostPaths: string[];
}

/** What volumes have beside that. */
export interface VolumeObjects extends ConfigObjects {
  /** The service account token that a projected source asks for. */
  token(source: TokenSource): string;
}

type Files = Record<string, { content: Buffer; mode: number }>;
interface Item {
  key: string;
  path: string;
  mode?: number;
}

const DEFAULT_MODE = 0o644;
const CLUSTER_CA = 'kube-root-ca.crt';

/** The names of the ConfigMaps and Secrets that a pod's volumes mention. */
export function volumeReferences(pod: Pod): { configMaps: string[]; secrets: string[] } {
  const configMaps = new Set<string>();
  const secrets = new Set<string>();
  for (const volume of pod.spec.volumes ?? []) {
    for (const one of [volume, ...(volume.projected?.sources ?? [])]) {
      if (one.configMap?.name) configMaps.add(one.configMap.name);
    }
    if (volume.secret?.secretName) secrets.add(volume.secret.secretName);
    for (const source of volume.projected?.sources ?? []) if (source.secret?.name) secrets.add(source.secret.name);
  }
  return { configMaps: [...configMaps], secrets: [...secrets] };
}

/** A volume's content. @throws KubeletError VOLUME, in the words of the kubelet's volume plugins. */
export function volumeSource(volume: Volume, pod: Pod, objects: VolumeObjects): VolumeSource {
  const gid = pod.spec.securityContext?.fsGroup;
  const group = gid === undefined ? {} : { gid };
  const files = (content: Files): VolumeSource => ({ kind: 'files', files: content, readonly: true, ...group });
  if (volume.emptyDir) {
    const { medium, sizeLimit } = volume.emptyDir;
    const wanted = sizeLimit ? quantityValue(sizeLimit) : 0;
    const memory = medium === 'Memory' ? memoryLimit(pod) : 0;
    const sizeLimitBytes = wanted > 0 && memory > 0 ? Math.min(wanted, memory) : wanted || memory || undefined;
    return { kind: 'emptyDir', medium: medium === 'Memory' ? 'Memory' : '', sizeLimitBytes, ...group };
  }
  if (volume.hostPath) return { kind: 'hostPath', path: allowedHostPath(volume.hostPath.path, objects.hostPaths) };
  if (volume.configMap) {
    const { name = '', items, optional, defaultMode } = volume.configMap;
    return files(configMapFiles(objects, name, items, optional, defaultMode));
  }
  if (volume.secret) {
    const { secretName = '', items, optional, defaultMode } = volume.secret;
    return files(secretFiles(objects, secretName, items, optional, defaultMode));
  }
  if (volume.downwardAPI) return files(downwardFiles(pod, volume.downwardAPI.items, volume.downwardAPI.defaultMode, objects.allocatable));
  if (volume.projected) return files(projectedFiles(volume.projected, pod, objects));
  const kind = Object.keys(volume).find((field) => field !== 'name') ?? 'none';
  throw new KubeletError('VOLUME', `volumes of type ${kind} are not supported`);
}

/** @throws KubeletError VOLUME for a path that is neither one of the allowed folders nor below one. Links are the runtime's affair. */
function allowedHostPath(path: string, allowed: string[]): string {
  const wanted = posix.normalize(path);
  if (allowed.some((folder) => wanted === folder || wanted.startsWith(folder.endsWith('/') ? folder : `${folder}/`))) return wanted;
  const which = allowed.length === 0 ? 'this node allows no host paths' : `this node allows ${allowed.join(', ')}`;
  throw new KubeletError('VOLUME', `hostPath ${path} is not allowed: ${which} (PODBOX_HOST_PATHS)`);
}

/** What a pod's containers may use of memory together, in bytes; 0: there is no limit. Source: sizeMemoryBackedVolumes, calculateEmptyDirMemorySize. */
function memoryLimit({ spec }: Pod): number {
  const own = spec.containers.map(({ resources }) => resources?.limits?.memory);
  return own.reduce((sum, limit) => (limit === undefined || sum === undefined ? undefined : sum + quantityValue(limit)), 0 as number | undefined) ?? 0;
}

function projectedFiles(projected: NonNullable<Volume['projected']>, pod: Pod, objects: VolumeObjects): Files {
  const all: Files = {};
  for (const source of projected.sources ?? []) {
    const mode = projected.defaultMode;
    if (source.serviceAccountToken) all[source.serviceAccountToken.path] = { content: Buffer.from(objects.token(source.serviceAccountToken)), mode: mode ?? DEFAULT_MODE };
    else if (source.configMap) Object.assign(all, configMapFiles(objects, source.configMap.name ?? '', source.configMap.items, source.configMap.optional, mode));
    else if (source.secret) Object.assign(all, secretFiles(objects, source.secret.name ?? '', source.secret.items, source.secret.optional, mode));
    else if (source.downwardAPI) Object.assign(all, downwardFiles(pod, source.downwardAPI.items, mode, objects.allocatable));
    else throw new KubeletError('VOLUME', `projected sources of type ${Object.keys(source)[0] ?? 'none'} are not supported`);
  }
  return all;
}

function configMapFiles(objects: ConfigObjects, name: string, items?: Item[], optional?: boolean, mode?: number): Files {
  // Every namespace of a cluster has it: the certificate of an API that pods cannot reach here.
  const found: Pick<ConfigMap, 'data' | 'binaryData'> | undefined = objects.configMap(name) ?? (name === CLUSTER_CA ? { data: { 'ca.crt': '' } } : undefined);
  if (!found && !optional) throw new KubeletError('VOLUME', `configmap "${name}" not found`);
  const data = new Map<string, Buffer>();
  for (const [key, text] of Object.entries(found?.data ?? {})) data.set(key, Buffer.from(text));
  for (const [key, base64] of Object.entries(found?.binaryData ?? {})) data.set(key, Buffer.from(base64, 'base64'));
  return pick(data, items, optional, mode, (key) => `configmap references non-existent config key: ${key}`);
}

function secretFiles(objects: ConfigObjects, name: string, items?: Item[], optional?: boolean, mode?: number): Files {
  const found = objects.secret(name);
  if (!found && !optional) throw new KubeletError('VOLUME', `secret "${name}" not found`);
  const data = new Map(Object.entries(found?.data ?? {}).map(([key, base64]) => [key, Buffer.from(base64, 'base64')]));
  return pick(data, items, optional, mode, (key) => `references non-existent secret key: ${key}`);
}

/** All keys, or those that `items` name, at their paths. Source: MakePayload in pkg/volume/configmap and pkg/volume/secret. */
function pick(data: Map<string, Buffer>, items: Item[] | undefined, optional: boolean | undefined, mode = DEFAULT_MODE, missing: (key: string) => string): Files {
  if (!items?.length) return Object.fromEntries([...data].map(([key, content]) => [key, { content, mode }]));
  const result: Files = {};
  for (const item of items) {
    const content = data.get(item.key);
    if (content) result[item.path] = { content, mode: item.mode ?? mode };
    else if (!optional) throw new KubeletError('VOLUME', missing(item.key));
  }
  return result;
}

type DownwardItems = NonNullable<NonNullable<Volume['downwardAPI']>['items']>;

function downwardFiles(pod: Pod, items: DownwardItems = [], mode = DEFAULT_MODE, allocatable: Record<string, string>): Files {
  const result: Files = {};
  for (const item of items) {
    const text = item.fieldRef ? fieldText(pod, item.fieldRef.fieldPath, NOWHERE) : resourceOf(pod, item.resourceFieldRef!, allocatable);
    result[item.path] = { content: Buffer.from(text), mode: item.mode ?? mode };
  }
  return result;
}

/** A volume's files tell of the object alone: addresses are for environments. */
const NOWHERE = { nodeName: '', podIP: '', hostIP: '' };

function resourceOf(pod: Pod, ref: { containerName?: string; resource: string; divisor?: string }, allocatable: Record<string, string>): string {
  for (const { container } of containersOf(pod.spec)) if (container.name === ref.containerName) return resourceText(container, ref.resource, ref.divisor, allocatable);
  throw new KubeletError('VOLUME', `container ${ref.containerName} not found`);
}
