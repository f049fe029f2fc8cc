/** Source: ValidateVolumeMounts, ValidateVolumeDevices in pkg/apis/core/validation. */
import type { Container, Volume, VolumeMount } from '../types.js';
import type { FieldCause } from './causes.js';
import { forbidden, invalid, notFound, notSupported, required } from './causes.js';
import { descendingPathCauses, noBackstepCauses } from './paths.js';

const PROPAGATIONS = ['Bidirectional', 'HostToContainer', 'None'];
const READ_ONLY = ['Disabled', 'Enabled', 'IfPossible'];

type Mount = VolumeMount & { recursiveReadOnly?: string };

/** `volumes`: the pod's, by name. */
export function mountCauses(container: Container, volumes: ReadonlyMap<string, Volume>, path: string): FieldCause[] {
  const causes: FieldCause[] = [];
  const { volumeMounts = [], volumeDevices = [], securityContext } = container;
  const mounted = new Set<string>();
  for (const [index, mount] of (volumeMounts as Mount[]).entries()) {
    const at = `${path}.volumeMounts[${index}]`;
    const { name, mountPath, subPath, subPathExpr, mountPropagation } = mount;
    if (!name) causes.push(required(`${at}.name`));
    if (!volumes.has(name)) causes.push(notFound(`${at}.name`, name ?? ''));
    if (!mountPath) causes.push(required(`${at}.mountPath`));
    if (mounted.has(mountPath)) causes.push(invalid(`${at}.mountPath`, mountPath, 'must be unique'));
    mounted.add(mountPath);
    if (volumeDevices.some((device) => device.name === name)) causes.push(invalid(`${at}.name`, name, 'must not already exist in volumeDevices'));
    if (volumeDevices.some((device) => device.devicePath === mountPath)) causes.push(invalid(`${at}.mountPath`, mountPath, 'must not already exist as a path in volumeDevices'));
    if (subPath) causes.push(...descendingPathCauses(subPath, `${at}.subPath`));
    if (subPathExpr) {
      if (subPath) causes.push(invalid(`${at}.subPathExpr`, subPathExpr, 'subPathExpr and subPath are mutually exclusive'));
      causes.push(...descendingPathCauses(subPathExpr, `${at}.subPathExpr`));
    }
    if (mountPropagation !== undefined) {
      const here = `${at}.mountPropagation`;
      if (!PROPAGATIONS.includes(mountPropagation)) causes.push(notSupported(here, mountPropagation, PROPAGATIONS));
      if (mountPropagation === 'Bidirectional' && !securityContext?.privileged) causes.push(forbidden(here, 'Bidirectional mount propagation is available only to privileged containers'));
    }
    causes.push(...readOnlyCauses(mount, `${at}.recursiveReadOnly`));
  }
  return [...causes, ...deviceCauses(container, volumes, path)];
}

function readOnlyCauses({ recursiveReadOnly, readOnly, mountPropagation }: Mount, at: string): FieldCause[] {
  if (recursiveReadOnly === undefined || recursiveReadOnly === 'Disabled') return [];
  if (!READ_ONLY.includes(recursiveReadOnly)) return [notSupported(at, recursiveReadOnly, READ_ONLY)];
  const shared = mountPropagation !== undefined && mountPropagation !== 'None';
  return [
    ...(readOnly ? [] : [forbidden(at, 'may only be specified when readOnly is true')]),
    ...(shared ? [forbidden(at, 'may only be specified when mountPropagation is None or not specified')] : []),
  ];
}

function deviceCauses({ volumeDevices = [], volumeMounts = [] }: Container, volumes: ReadonlyMap<string, Volume>, path: string): FieldCause[] {
  const causes: FieldCause[] = [];
  const [names, paths] = [new Set<string>(), new Set<string>()];
  for (const [index, { name, devicePath }] of volumeDevices.entries()) {
    const at = `${path}.volumeDevices[${index}]`;
    const volume = volumes.get(name);
    if (!name) causes.push(required(`${at}.name`));
    if (names.has(name)) causes.push(invalid(`${at}.name`, name, 'must be unique'));
    if (!volume) causes.push(notFound(`${at}.name`, name ?? ''));
    else if (!volume.persistentVolumeClaim && !volume.ephemeral) {
      causes.push(invalid(`${at}.name`, name, 'can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode'));
    }
    if (!devicePath) causes.push(required(`${at}.devicePath`));
    if (paths.has(devicePath)) causes.push(invalid(`${at}.devicePath`, devicePath, 'must be unique'));
    if (devicePath && noBackstepCauses(devicePath, at).length > 0) causes.push(invalid(`${at}.devicePath`, devicePath, "can not contain backsteps ('..')"));
    if (volumeMounts.some((mount) => mount.name === name)) causes.push(invalid(`${at}.name`, name, 'must not already exist in volumeMounts'));
    if (volumeMounts.some((mount) => mount.mountPath === devicePath)) causes.push(invalid(`${at}.devicePath`, devicePath, 'must not already exist as a path in volumeMounts'));
    names.add(name);
    paths.add(devicePath);
  }
  return causes;
}
