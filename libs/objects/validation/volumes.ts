/** Source: ValidateVolumes, ValidateVolumeMounts in pkg/apis/core/validation. */
import type { Container, Volume } from '../types.js';
import type { FieldCause } from './causes.js';
import { duplicate, forbidden, invalid, notFound, notSupported, required } from './causes.js';
import { fieldPathCauses, resourceFieldCauses } from './env.js';
import { dnsLabelFaults } from './names.js';
import { quantityCauses } from './resource-names.js';

const VOLUME_FIELD_PATHS = ['metadata.annotations', 'metadata.labels', 'metadata.name', 'metadata.namespace', 'metadata.uid'];
const HOST_PATH_TYPES = ['', 'BlockDevice', 'CharDevice', 'Directory', 'DirectoryOrCreate', 'File', 'FileOrCreate', 'Socket'];
const MODE_RULE = 'must be a number between 0 and 0777 (octal), both inclusive';

export function volumeCauses(volumes: Volume[] = []): FieldCause[] {
  const causes: FieldCause[] = [];
  const names = new Set<string>();
  for (const [index, volume] of volumes.entries()) {
    const at = `spec.volumes[${index}]`;
    if (!volume.name) causes.push(required(`${at}.name`));
    else causes.push(...dnsLabelFaults(volume.name).map((why) => invalid(`${at}.name`, volume.name, why)));
    if (volume.name && names.has(volume.name)) causes.push(duplicate(`${at}.name`, volume.name));
    names.add(volume.name);
    causes.push(...sourceCauses(volume, at));
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
    else if (hostPath.path.split('/').includes('..')) causes.push(invalid(`${at}.hostPath.path`, hostPath.path, "must not contain '..'"));
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
  return causes;
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

function filePathCauses(path: string | undefined, at: string): FieldCause[] {
  if (!path) return [required(at)];
  const causes = relativePathCauses(path, at);
  if (path.startsWith('..') && !path.startsWith('../') && path !== '..') causes.push(invalid(at, path, "must not start with '..'"));
  return causes;
}

function relativePathCauses(path: string, at: string): FieldCause[] {
  if (path.startsWith('/')) return [invalid(at, path, 'must be a relative path')];
  return path.split('/').includes('..') ? [invalid(at, path, "must not contain '..'")] : [];
}

type Downward = NonNullable<NonNullable<Volume['downwardAPI']>['items']>;

function downwardCauses(items: Downward = [], at: string): FieldCause[] {
  return items.flatMap((item, index) => {
    const here = `${at}.items[${index}]`;
    const causes = [...filePathCauses(item.path, `${here}.path`), ...modeCauses(item.mode, `${here}.mode`)];
    if (item.fieldRef && item.resourceFieldRef) causes.push(invalid(here, 'resource', 'fieldRef and resourceFieldRef can not be specified simultaneously'));
    else if (item.fieldRef) causes.push(...fieldPathCauses(item.fieldRef.fieldPath, VOLUME_FIELD_PATHS, `${here}.fieldRef.fieldPath`));
    else if (item.resourceFieldRef) causes.push(...resourceFieldCauses(item.resourceFieldRef.resource, `${here}.resourceFieldRef.resource`));
    else causes.push(required(here, 'one of fieldRef and resourceFieldRef is required'));
    return causes;
  });
}

function projectedCauses({ sources = [] }: NonNullable<Volume['projected']>, at: string): FieldCause[] {
  return sources.flatMap((source, index) => {
    const here = `${at}.sources[${index}]`;
    const given = Object.keys(source);
    if (given.length === 0) return [required(here, 'must specify a source type')];
    const causes = given.slice(1).map((field) => forbidden(`${here}.${field}`, 'may not specify more than 1 volume type per source'));
    if (source.configMap) causes.push(...(source.configMap.name ? [] : [required(`${here}.configMap.name`)]), ...filesCauses(source.configMap, `${here}.configMap`));
    if (source.secret) causes.push(...(source.secret.name ? [] : [required(`${here}.secret.name`)]), ...filesCauses(source.secret, `${here}.secret`));
    if (source.downwardAPI) causes.push(...downwardCauses(source.downwardAPI.items, `${here}.downwardAPI`));
    if (source.serviceAccountToken && !source.serviceAccountToken.path) causes.push(required(`${here}.serviceAccountToken.path`));
    return causes;
  });
}

export function volumeMountCauses({ volumeMounts = [] }: Container, volumes: ReadonlySet<string>, path: string): FieldCause[] {
  const causes: FieldCause[] = [];
  const mounted = new Set<string>();
  for (const [index, mount] of volumeMounts.entries()) {
    const at = `${path}.volumeMounts[${index}]`;
    if (!mount.name) causes.push(required(`${at}.name`));
    if (mount.name && !volumes.has(mount.name)) causes.push(notFound(`${at}.name`, mount.name));
    if (!mount.mountPath) causes.push(required(`${at}.mountPath`));
    if (mounted.has(mount.mountPath)) causes.push(invalid(`${at}.mountPath`, mount.mountPath, 'must be unique'));
    mounted.add(mount.mountPath);
    if (mount.subPath) causes.push(...relativePathCauses(mount.subPath, `${at}.subPath`));
    if (mount.subPathExpr) {
      if (mount.subPath) causes.push(invalid(`${at}.subPathExpr`, mount.subPathExpr, 'subPathExpr and subPath are mutually exclusive'));
      causes.push(...relativePathCauses(mount.subPathExpr, `${at}.subPathExpr`));
    }
  }
  return causes;
}
