/** Volumes that come from outside of the node: only their form is checked. Source: validateVolumeSource in pkg/apis/core/validation. */
import type { Volume } from '../types.js';
import type { FieldCause } from './causes.js';
import { forbidden, invalid, notSupported, required, tooLong } from './causes.js';
import { dnsLabelFaults, dnsSubdomainFaults } from './names.js';
import { descendingPathCauses } from './paths.js';

type Source = Readonly<Record<string, unknown>>;

/** The fields that a type of volume must have, in their order. */
const REQUIRED: Readonly<Record<string, readonly string[]>> = {
  gitRepo: ['repository'],
  gcePersistentDisk: ['pdName'],
  awsElasticBlockStore: ['volumeID'],
  nfs: ['server', 'path'],
  iscsi: ['targetPortal', 'iqn'],
  glusterfs: ['endpoints', 'path'],
  rbd: ['monitors', 'image'],
  cinder: ['volumeID'],
  cephfs: ['monitors'],
  quobyte: ['registry', 'volume'],
  flexVolume: ['driver'],
  azureFile: ['secretName', 'shareName'],
  azureDisk: ['diskName', 'diskURI'],
  vsphereVolume: ['volumePath'],
  photonPersistentDisk: ['pdID'],
  portworxVolume: ['volumeID'],
  scaleIO: ['gateway', 'system', 'volumeName'],
  storageos: ['volumeName'],
  ephemeral: ['volumeClaimTemplate'],
};

const ACCESS_MODES = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod'];
const PULL_POLICIES = ['Always', 'IfNotPresent', 'Never'];
const IQN = /^iqn\.\d{4}-\d{2}\.([A-Za-z0-9-]+)(\.[A-Za-z0-9-]+)*([.:].*)?$|^eui\.[0-9A-Fa-f]{16}$|^naa\.[0-9A-Fa-f]{32}$/;

export function otherVolumeCauses(volume: Volume, at: string): FieldCause[] {
  const causes: FieldCause[] = [];
  for (const [type, fields] of Object.entries(REQUIRED)) {
    const source = (volume as unknown as Source)[type] as Source | undefined;
    if (!source) continue;
    const place = `${at}.${type === 'gcePersistentDisk' ? 'persistentDisk' : type}`;
    causes.push(...fields.filter((field) => isEmpty(source[field])).map((field) => required(`${place}.${field}`)));
  }
  const { nfs, iscsi, fc, flocker, csi, ephemeral, gitRepo, flexVolume } = volume;
  if (gitRepo?.directory) causes.push(...descendingPathCauses(gitRepo.directory, `${at}.gitRepo.directory`));
  if (nfs && !nfs.path?.startsWith('/')) causes.push(invalid(`${at}.nfs.path`, nfs.path ?? '', 'must be an absolute path'));
  if (iscsi) {
    const { iqn = '', lun = 0 } = iscsi;
    if (iqn && !/^(iqn|eui|naa)/.test(iqn)) causes.push(invalid(`${at}.iscsi.iqn`, iqn, 'must be valid format starting with iqn, eui, or naa'));
    else if (iqn && !IQN.test(iqn)) causes.push(invalid(`${at}.iscsi.iqn`, iqn, 'must be valid format'));
    if (lun < 0 || lun > 255) causes.push(invalid(`${at}.iscsi.lun`, lun, 'must be between 0 and 255, inclusive'));
    if ((iscsi.chapAuthDiscovery || iscsi.chapAuthSession) && !iscsi.secretRef) causes.push(required(`${at}.iscsi.secretRef`));
  }
  if (fc) {
    if (!fc.targetWWNs?.length && !fc.wwids?.length) causes.push(required(`${at}.fc.targetWWNs`, 'must specify either targetWWNs or wwids, but not both'));
    if (fc.targetWWNs?.length && fc.wwids?.length) causes.push(invalid(`${at}.fc.targetWWNs`, fc.targetWWNs, 'targetWWNs and wwids can not be specified simultaneously'));
    if (fc.targetWWNs?.length && fc.lun === undefined) causes.push(required(`${at}.fc.lun`, 'lun is required if targetWWNs is specified'));
  }
  if (flocker) {
    if (!flocker.datasetName && !flocker.datasetUUID) causes.push(required(`${at}.flocker`, 'one of datasetName and datasetUUID is required'));
    if (flocker.datasetName && flocker.datasetUUID) causes.push(invalid(`${at}.flocker`, 'resource', 'datasetName and datasetUUID can not be specified simultaneously'));
    if (flocker.datasetName?.includes('/')) causes.push(invalid(`${at}.flocker.datasetName`, flocker.datasetName, "must not contain '/'"));
  }
  for (const key of Object.keys(flexVolume?.options ?? {})) {
    if (/\.(kubernetes|k8s)\.io$/.test(`.${key.split('/')[0]!.toLowerCase()}`) && key.includes('/')) {
      causes.push(invalid(`${at}.flexVolume.options[${key}]`, key, 'kubernetes.io and k8s.io namespaces are reserved'));
    }
  }
  if (csi) causes.push(...csiCauses(csi, `${at}.csi`));
  if (ephemeral?.volumeClaimTemplate) causes.push(...claimCauses(ephemeral.volumeClaimTemplate.spec, `${at}.ephemeral.volumeClaimTemplate.spec`));
  const image = (volume as { image?: { reference?: string; pullPolicy?: string } }).image;
  if (image) {
    if (!image.reference) causes.push(required(`${at}.image.reference`));
    if (image.pullPolicy !== undefined && !PULL_POLICIES.includes(image.pullPolicy)) causes.push(notSupported(`${at}.image.pullPolicy`, image.pullPolicy, PULL_POLICIES));
  }
  return causes;
}

const isEmpty = (value: unknown): boolean => value === undefined || value === '' || (Array.isArray(value) && value.length === 0);

function csiCauses({ driver, nodePublishSecretRef }: NonNullable<Volume['csi']>, at: string): FieldCause[] {
  const causes: FieldCause[] = driver ? [] : [required(`${at}.driver`)];
  if (driver.length > 63) causes.push(tooLong(`${at}.driver`, 63));
  causes.push(...dnsSubdomainFaults(driver.toLowerCase()).map((why) => invalid(`${at}.driver`, driver, why)));
  if (nodePublishSecretRef && !nodePublishSecretRef.name) causes.push(required(`${at}.nodePublishSecretRef.name`));
  return causes;
}

type ClaimSpec = NonNullable<NonNullable<Volume['ephemeral']>['volumeClaimTemplate']>['spec'];

function claimCauses({ accessModes = [], resources, storageClassName }: ClaimSpec, at: string): FieldCause[] {
  const causes: FieldCause[] = accessModes.length === 0 ? [required(`${at}.accessModes`, 'at least 1 access mode is required')] : [];
  for (const mode of accessModes) if (!ACCESS_MODES.includes(mode)) causes.push(notSupported(`${at}.accessModes`, mode, ACCESS_MODES));
  if (accessModes.includes('ReadWriteOncePod') && accessModes.length > 1) causes.push(forbidden(`${at}.accessModes`, 'may not use ReadWriteOncePod with other access modes'));
  if (!resources?.requests?.['storage']) causes.push(required(`${at}.resources[storage]`));
  if (storageClassName) causes.push(...dnsSubdomainFaults(storageClassName).map((why) => invalid(`${at}.storageClassName`, storageClassName, why)));
  return causes;
}

/** What the volume's name makes together with the pod's. */
export function claimNameCauses(podName: string | undefined, volume: Volume, at: string): FieldCause[] {
  if (!volume.ephemeral || !podName || !volume.name || dnsLabelFaults(volume.name).length > 0) return [];
  const claim = `${podName}-${volume.name}`;
  return dnsSubdomainFaults(claim).map((why) => invalid(`${at}.name`, volume.name, `PVC name "${claim}": ${why}`));
}
