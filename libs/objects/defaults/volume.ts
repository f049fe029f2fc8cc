/** Source: SetDefaults_Volume, SetDefaults_SecretVolumeSource .. in pkg/apis/core/v1/defaults.go. */
import type { Volume } from '../types.js';
import { canonicalOrSame } from './container.js';

/** 0644 */
const FILE_MODE = 420;
const TOKEN_SECONDS = 3600;

/** Fills in, in place. A volume without a source is an emptyDir. */
export function defaultVolume(volume: Volume): void {
  if (Object.keys(volume).every((field) => field === 'name')) volume.emptyDir = {};
  if (volume.emptyDir?.sizeLimit !== undefined) volume.emptyDir.sizeLimit = canonicalOrSame(volume.emptyDir.sizeLimit);
  if (volume.hostPath) volume.hostPath.type ??= '';
  for (const source of [volume.secret, volume.configMap, volume.downwardAPI, volume.projected]) if (source) source.defaultMode ??= FILE_MODE;
  const items = [volume.downwardAPI, ...(volume.projected?.sources ?? []).map((source) => source.downwardAPI)].flatMap((source) => source?.items ?? []);
  for (const item of items) {
    if (item.fieldRef) item.fieldRef.apiVersion ||= 'v1';
    if (item.resourceFieldRef) item.resourceFieldRef.divisor ||= '0';
  }
  defaultElsewhere(volume);
  for (const source of volume.projected?.sources ?? []) if (source.serviceAccountToken) source.serviceAccountToken.expirationSeconds ??= TOKEN_SECONDS;
}

/** What volumes from outside of the node are given. */
function defaultElsewhere({ iscsi, rbd, azureDisk, scaleIO, ephemeral }: Volume): void {
  if (iscsi) iscsi.iscsiInterface ||= 'default';
  if (rbd) {
    rbd.pool ||= 'rbd';
    rbd.user ||= 'admin';
    rbd.keyring ||= '/etc/ceph/keyring';
  }
  if (azureDisk) {
    azureDisk.cachingMode ??= 'ReadWrite';
    azureDisk.kind ??= 'Shared';
    azureDisk.fsType ??= 'ext4';
    azureDisk.readOnly ??= false;
  }
  if (scaleIO) {
    scaleIO.storageMode ||= 'ThinProvisioned';
    scaleIO.fsType ||= 'xfs';
  }
  const claim = ephemeral?.volumeClaimTemplate?.spec;
  if (claim) claim.volumeMode ??= 'Filesystem';
}
