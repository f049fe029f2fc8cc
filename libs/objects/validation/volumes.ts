/** Source: ValidateVolumes in pkg/apis/core/validation. */
import type { Volume } from '../types.js';
import type { FieldCause } from './causes.js';
import { duplicate, forbidden, invalid, notSupported, required } from './causes.js';
import { divisorCauses, fieldPathCauses, resourceFieldCauses } from './env.js';
import { labelSelectorCauses } from './label-selector.js';
import { dnsLabelFaults } from './names.js';
import { noBackstepCauses, nonReservedPathCauses } from './paths.js';
import { quantityCauses } from './resource-names.js';
import { claimNameCauses, otherVolumeCauses } from './volumes-elsewhere.js';

const VOLUME_FIELD_PATHS = ['metadata.annotations', 'metadata.labels', 'metadata.name', 'metadata.namespace', 'metadata.uid'];
const HOST_PATH_TYPES = ['', 'BlockDevice', 'CharDevice', 'Directory', 'DirectoryOrCreate', 'File', 'FileOrCreate', 'Socket'];
const MODE_RULE = 'must be a number between 0 and 0777 (octal), both inclusive';

/** `podName`: claims are named after it. */
export function volumeCauses(volumes: Volume[] = [], podName?: string): FieldCause[] {
  const causes: FieldCause[] = [];
  const names = new Set<string>();
  for (const [index, volume] of volumes.entries()) {
    const at = `spec.volumes[${index}]`;
    if (!volume.name) causes.push(required(`${at}.name`));
    else causes.push(...dnsLabelFaults(volume.name).map((why) => invalid(`${at}.name`, volume.name, why)));
    if (volume.name && names.has(volume.name)) causes.push(duplicate(`${at}.name`, volume.name));
    names.add(volume.name);
    causes.push(...sourceCauses(volume, at), ...claimNameCauses(podName, volume, at));
    const claimName = volume.persistentVolumeClaim?.claimName;
    if (claimName && podName && volumes.some((other) => other.ephemeral && `${podName}-${other.name}` === claimName)) {
      causes.push(invalid(`${at}.persistentVolumeClaim.claimName`, claimName, 'must not reference a PVC that gets created for an ephemeral volume'));
    }
  }
  return causes;
}

function sourceCauses(volume: Volume, at: string): FieldCause[] {
  const given = Object.keys(volume).filter((field) => field !== 'name');
  if (given.length === 0) return [required(at, 'must specify a volume type')];
  const causes = given.slice(1).map((field) => forbidden(`${at}.${field}`, 'may not specify more than 1 volume type'));
  const { emptyDir, hostPath, configMap, secret, downwardAPI, projected, persistentVolumeClaim } = volume;
  if (emptyDir?.sizeLimit !== undefined) causes.push(...quantityCauses(emptyDir.sizeLimit, `${at}.emptyDir.sizeLimit`));
  if (hostPath) {
    if (!hostPath.path) causes.push(required(`${at}.hostPath.path`));
    else causes.push(...noBackstepCauses(hostPath.path, `${at}.hostPath.path`));
    if (!HOST_PATH_TYPES.includes(hostPath.type ?? '')) causes.push(notSupported(`${at}.hostPath.type`, hostPath.type, HOST_PATH_TYPES));
  }
  if (configMap) {
    if (!configMap.name) causes.push(required(`${at}.configMap.name`));
    causes.push(...filesCauses(configMap, `${at}.configMap`));
  }
  if (secret) {
    if (!secret.secretName) causes.push(required(`${at}.secret.secretName`));
    causes.push(...filesCauses(secret, `${at}.secret`));
  }
  if (downwardAPI) causes.push(...modeCauses(downwardAPI.defaultMode, `${at}.downwardAPI.defaultMode`), ...downwardCauses(downwardAPI.items, `${at}.downwardAPI`));
  if (projected) causes.push(...modeCauses(projected.defaultMode, `${at}.projected.defaultMode`), ...projectedCauses(projected, `${at}.projected`));
  if (persistentVolumeClaim && !persistentVolumeClaim.claimName) causes.push(required(`${at}.persistentVolumeClaim.claimName`));
  return [...causes, ...otherVolumeCauses(volume, at)];
}

interface Files {
  defaultMode?: number;
  items?: { key: string; path: string; mode?: number }[];
}

function filesCauses({ defaultMode, items = [] }: Files, at: string): FieldCause[] {
  const causes = modeCauses(defaultMode, `${at}.defaultMode`);
  for (const [index, item] of items.entries()) {
    if (!item.key) causes.push(required(`${at}.items[${index}].key`));
    causes.push(...filePathCauses(item.path, `${at}.items[${index}].path`), ...modeCauses(item.mode, `${at}.items[${index}].mode`));
  }
  return causes;
}

const modeCauses = (mode: number | undefined, at: string): FieldCause[] => (mode !== undefined && (mode < 0 || mode > 0o777) ? [invalid(at, mode, MODE_RULE)] : []);

const filePathCauses = (path: string | undefined, at: string): FieldCause[] => (path ? nonReservedPathCauses(path, at) : [required(at)]);

type Downward = NonNullable<NonNullable<Volume['downwardAPI']>['items']>;

function downwardCauses(items: Downward = [], at: string): FieldCause[] {
  return items.flatMap((item, index) => {
    const here = `${at}.items[${index}]`;
    const causes = [...filePathCauses(item.path, `${here}.path`), ...modeCauses(item.mode, `${here}.mode`)];
    if (item.fieldRef && item.resourceFieldRef) causes.push(invalid(here, 'resource', 'fieldRef and resourceFieldRef can not be specified simultaneously'));
    else if (item.fieldRef) causes.push(...fieldPathCauses(item.fieldRef.fieldPath, VOLUME_FIELD_PATHS, `${here}.fieldRef.fieldPath`));
    else if (item.resourceFieldRef) {
      const reference = `${here}.resourceFieldRef`;
      if (!item.resourceFieldRef.containerName) causes.push(required(`${reference}.containerName`));
      else causes.push(...resourceFieldCauses(item.resourceFieldRef.resource, `${reference}.resource`));
      causes.push(...divisorCauses(item.resourceFieldRef, reference));
    } else causes.push(required(here, 'one of fieldRef and resourceFieldRef is required'));
    return causes;
  });
}

const MAX_TOKEN_SECONDS = 2 ** 32;

function projectedCauses({ sources = [] }: NonNullable<Volume['projected']>, at: string): FieldCause[] {
  const paths = new Set<string>();
  const taken = (path: string | undefined, shown: string | undefined): FieldCause[] => {
    if (!path) return [];
    const again = paths.has(path);
    paths.add(path);
    return again ? [invalid(at, shown, 'conflicting duplicate paths')] : [];
  };
  return sources.flatMap((source, index) => {
    const here = `${at}.sources[${index}]`;
    const causes: FieldCause[] = [];
    for (const type of ['secret', 'configMap'] as const) {
      const files = source[type];
      if (!files) continue;
      if (!files.name) causes.push(required(`${here}.${type}.name`));
      causes.push(...filesCauses(files, `${here}.${type}`), ...(files.items ?? []).flatMap(({ path }) => taken(path, files.name)));
    }
    if (source.downwardAPI) {
      causes.push(...downwardCauses(source.downwardAPI.items, `${here}.downwardAPI`), ...(source.downwardAPI.items ?? []).flatMap(({ path }) => taken(path, path)));
    }
    const token = source.serviceAccountToken;
    if (token) {
      const { expirationSeconds: seconds = 0, path } = token;
      const lifetime = `${here}.serviceAccountToken.expirationSeconds`;
      if (seconds < 600) causes.push(invalid(lifetime, seconds, 'may not specify a duration less than 10 minutes'));
      if (seconds > MAX_TOKEN_SECONDS) causes.push(invalid(lifetime, seconds, 'may not specify a duration larger than 2^32 seconds'));
      causes.push(...filePathCauses(path, `${at}.path`));
    }
    const bundle = source.clusterTrustBundle;
    if (bundle) causes.push(...bundleCauses(bundle, `${here}.clusterTrustBundle`), ...taken(bundle.path, bundle.path));
    if (Object.keys(source).length > 1) causes.push(forbidden(here, 'may not specify more than 1 volume type per source'));
    return causes;
  });
}

type Bundle = NonNullable<NonNullable<NonNullable<Volume['projected']>['sources']>[number]['clusterTrustBundle']>;

function bundleCauses(bundle: Bundle, at: string): FieldCause[] {
  const { name, signerName, labelSelector, path } = bundle;
  const causes: FieldCause[] = [];
  if (name !== undefined && signerName !== undefined) causes.push(invalid(at, bundle, 'only one of name and signerName may be used'));
  else if (name !== undefined) {
    if (name === '') causes.push(required(`${at}.name`, 'must be a valid object name'));
    if (labelSelector) causes.push(invalid(`${at}.labelSelector`, labelSelector, 'labelSelector must be unset if name is specified'));
  } else if (signerName !== undefined) {
    if (signerName === '') causes.push(required(`${at}.signerName`, 'must be a valid signer name'));
    causes.push(...labelSelectorCauses(labelSelector, `${at}.labelSelector`));
  } else causes.push(required(at, 'either name or signerName must be specified'));
  return [...causes, ...filePathCauses(path, `${at}.path`)];
}
