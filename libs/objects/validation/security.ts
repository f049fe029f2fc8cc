/** Source: validatePodSpecSecurityContext, ValidateSecurityContext, validateHostUsers, validateOS in pkg/apis/core/validation. */
import type * as core from 'kubernetes-types/core/v1.js';
import { containersOf } from '../containers.js';
import type { Container, PodSpec } from '../types.js';
import type { FieldCause } from './causes.js';
import { duplicate, forbidden, invalid, notSupported, required, tooLong } from './causes.js';
import { dnsSubdomainFaults } from './names.js';
import { descendingPathCauses } from './paths.js';

type Context = core.PodSecurityContext & core.SecurityContext;

const MAX_ID = 2147483647;
const ID_RULE = `must be between 0 and ${MAX_ID}, inclusive`;
const PROFILES = ['Localhost', 'RuntimeDefault', 'Unconfined'];
const SYSCTL = /^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$/;
const SYSCTL_RULE = 'must have at most 253 characters and match regex ^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$';

export function podSecurityContextCauses(spec: PodSpec): FieldCause[] {
  const at = 'spec.securityContext';
  const context = (spec.securityContext ?? {}) as Context & { supplementalGroupsPolicy?: string };
  const causes = [...idCauses(context, ['fsGroup', 'runAsUser', 'runAsGroup'], at)];
  for (const [index, gid] of (context.supplementalGroups ?? []).entries()) if (!isId(gid)) causes.push(invalid(`${at}.supplementalGroups[${index}]`, gid, ID_RULE));
  if (spec.shareProcessNamespace && spec.hostPID) {
    causes.push(invalid(`${at}.shareProcessNamespace`, true, 'ShareProcessNamespace and HostPID cannot both be enabled'));
  }
  causes.push(...sysctlCauses(spec, `${at}.sysctls`));
  if (context.fsGroupChangePolicy !== undefined && !['Always', 'OnRootMismatch'].includes(context.fsGroupChangePolicy)) {
    causes.push(notSupported(`${at}.fsGroupChangePolicy`, context.fsGroupChangePolicy, ['Always', 'OnRootMismatch']));
  }
  causes.push(...profileCauses(context, at));
  const { supplementalGroupsPolicy } = context;
  if (supplementalGroupsPolicy !== undefined && !['Merge', 'Strict'].includes(supplementalGroupsPolicy)) {
    causes.push(notSupported(`${at}.supplementalGroupsPolicy`, supplementalGroupsPolicy, ['Merge', 'Strict']));
  }
  return causes;
}

export function securityContextCauses({ securityContext }: Container, hostUsers: boolean, at: string): FieldCause[] {
  if (!securityContext) return [];
  const context = securityContext as Context;
  const causes = idCauses(context, ['runAsUser', 'runAsGroup'], at);
  const { procMount, allowPrivilegeEscalation, privileged, capabilities } = securityContext;
  if (procMount !== undefined) {
    if (procMount !== 'Default' && procMount !== 'Unmasked') causes.push(notSupported(`${at}.procMount`, procMount, ['Default', 'Unmasked']));
    if (hostUsers && procMount === 'Unmasked') causes.push(invalid(`${at}.procMount`, procMount, '`hostUsers` must be false to use `Unmasked`'));
  }
  if (allowPrivilegeEscalation === false) {
    const clash = (what: string) => causes.push(invalid(at, securityContext, `cannot set \`allowPrivilegeEscalation\` to false and ${what}`));
    if (privileged) clash('`privileged` to true');
    if (capabilities?.add?.includes('CAP_SYS_ADMIN')) clash('`capabilities.Add` CAP_SYS_ADMIN');
  }
  return [...causes, ...profileCauses(context, at)];
}

const isId = (id: number): boolean => id >= 0 && id <= MAX_ID;

function idCauses(context: Context, fields: ('fsGroup' | 'runAsUser' | 'runAsGroup')[], at: string): FieldCause[] {
  return fields.flatMap((field) => (context[field] === undefined || isId(context[field]) ? [] : [invalid(`${at}.${field}`, context[field], ID_RULE)]));
}

function sysctlCauses({ securityContext, hostNetwork, hostIPC }: PodSpec, at: string): FieldCause[] {
  const causes: FieldCause[] = [];
  const seen = new Set<string>();
  for (const [index, { name }] of (securityContext?.sysctls ?? []).entries()) {
    const here = `${at}[${index}].name`;
    if (!name) causes.push(required(here));
    else if (name.length > 253 || !SYSCTL.test(name)) causes.push(invalid(here, name, SYSCTL_RULE));
    else if (seen.has(name)) causes.push(duplicate(here, name));
    seen.add(name);
    const dotted = (name ?? '').replaceAll('/', '.');
    if (hostNetwork && dotted.startsWith('net.')) causes.push(invalid(here, name, "may not be specified when 'hostNetwork' is true"));
    const ipc = dotted.startsWith('fs.mqueue.') || /^kernel\.(shm|msg|sem)/.test(dotted);
    if (hostIPC && ipc) causes.push(invalid(here, name, "may not be specified when 'hostIPC' is true"));
  }
  return causes;
}

interface Profile {
  type: string;
  localhostProfile?: string;
}

function profileCauses(context: Context, at: string): FieldCause[] {
  const { seccompProfile, appArmorProfile, windowsOptions } = context as Context & { appArmorProfile?: Profile };
  return [...seccompCauses(seccompProfile, `${at}.seccompProfile`), ...windowsCauses(windowsOptions, `${at}.windowsOptions`), ...appArmorCauses(appArmorProfile, `${at}.appArmorProfile`)];
}

function seccompCauses(profile: Profile | undefined, at: string): FieldCause[] {
  if (!profile) return [];
  const causes: FieldCause[] = [];
  const { type, localhostProfile } = profile;
  if (!type) causes.push(required(`${at}.type`, 'type is required when seccompProfile is set'));
  else if (!PROFILES.includes(type)) causes.push(notSupported(`${at}.type`, type, PROFILES));
  const file = `${at}.localhostProfile`;
  if (type !== 'Localhost') return localhostProfile === undefined ? causes : [...causes, invalid(file, profile, 'can only be set when seccomp type is Localhost')];
  return [...causes, ...(localhostProfile === undefined ? [required(file, 'must be set when seccomp type is Localhost')] : descendingPathCauses(localhostProfile, file))];
}

function appArmorCauses(profile: Profile | undefined, at: string): FieldCause[] {
  if (!profile) return [];
  const { type, localhostProfile } = profile;
  const file = `${at}.localhostProfile`;
  if (!type) return [required(`${at}.type`, 'type is required when appArmorProfile is set')];
  if (!PROFILES.includes(type)) return [notSupported(`${at}.type`, type, PROFILES)];
  if (type !== 'Localhost') return localhostProfile === undefined ? [] : [invalid(file, localhostProfile, 'can only be set when AppArmor type is Localhost')];
  if (!localhostProfile) return [required(file, 'must be set when AppArmor type is Localhost')];
  const padded = localhostProfile.trim() === localhostProfile ? [] : [invalid(file, localhostProfile, 'must not be padded with whitespace')];
  return localhostProfile.length > 4095 ? [...padded, tooLong(file, 4095)] : padded;
}

function windowsCauses(options: core.WindowsSecurityContextOptions | undefined, at: string): FieldCause[] {
  const causes: FieldCause[] = [];
  const { gmsaCredentialSpecName, gmsaCredentialSpec, runAsUserName } = options ?? {};
  if (gmsaCredentialSpecName !== undefined) {
    causes.push(...dnsSubdomainFaults(gmsaCredentialSpecName).map((why) => invalid(`${at}.gmsaCredentialSpecName`, gmsaCredentialSpecName, why)));
  }
  if (gmsaCredentialSpec === '') causes.push(invalid(`${at}.gmsaCredentialSpec`, '', 'gmsaCredentialSpec cannot be an empty string'));
  if (runAsUserName === '') causes.push(invalid(`${at}.runAsUserName`, '', 'runAsUserName cannot be an empty string'));
  return causes;
}

/** A user namespace of its own shares nothing with the node. Source: validateHostUsers. */
export function hostUserCauses({ hostUsers, hostNetwork, hostPID, hostIPC }: PodSpec): FieldCause[] {
  if (hostUsers !== false) return [];
  const why = 'when `pod.Spec.HostUsers` is false';
  return [
    ...(hostNetwork ? [forbidden('spec.hostNetwork', why)] : []),
    ...(hostPID ? [forbidden('spec.HostPID', why)] : []),
    ...(hostIPC ? [forbidden('spec.HostIPC', why)] : []),
  ];
}

/** Processes of a Windows host: all of a pod's containers, or none. Source: validateWindowsHostProcessPod. */
export function hostProcessCauses(spec: PodSpec): FieldCause[] {
  const ofPod = spec.securityContext?.windowsOptions?.hostProcess;
  const all = [...containersOf(spec)].map(({ container, path }) => ({ path, own: container.securityContext?.windowsOptions?.hostProcess }));
  const causes = all.flatMap(({ path, own }) =>
    ofPod === undefined || own === undefined || own === ofPod ? [] : [invalid(`${path}.securityContext.windowsOptions.hostProcess`, own, `pod hostProcess value must be identical if both are specified, was ${ofPod}`)],
  );
  const count = all.filter(({ own }) => own ?? ofPod).length;
  if (count === 0) return causes;
  if (count !== all.length) causes.push(invalid('spec', '', 'If pod contains any hostProcess containers then all containers must be HostProcess containers'));
  if (!spec.hostNetwork) causes.push(invalid('spec.hostNetwork', false, 'hostNetwork must be true if pod contains any hostProcess containers'));
  return causes;
}

/** What the operating system allows. Source: validateOS, validateLinux, validateWindows. */
export function osCauses(spec: PodSpec): FieldCause[] {
  const causes: FieldCause[] = [];
  if (!spec.os) return causes;
  const { name } = spec.os;
  if (!name) causes.push(required('spec.os.name', 'cannot be empty'));
  else if (name !== 'linux' && name !== 'windows') causes.push(notSupported('spec.os', name, ['linux', 'windows']));
  else if (name === 'linux') causes.push(...linuxCauses(spec));
  else causes.push(...windowsPodCauses(spec));
  return causes;
}

function linuxCauses(spec: PodSpec): FieldCause[] {
  const why = 'windows options cannot be set for a linux pod';
  const pod = spec.securityContext?.windowsOptions ? [forbidden('spec.securityContext.windowsOptions', why)] : [];
  const bad = [...containersOf(spec)].filter(({ container }) => container.securityContext?.windowsOptions);
  return [...pod, ...bad.map(({ path }) => forbidden(`${path}.securityContext.windowsOptions`, why))];
}

const LINUX_OF_CONTAINERS = ['appArmorProfile', 'seLinuxOptions', 'seccompProfile', 'capabilities', 'readOnlyRootFilesystem', 'privileged', 'allowPrivilegeEscalation', 'procMount', 'runAsUser', 'runAsGroup'];

function windowsPodCauses(spec: PodSpec): FieldCause[] {
  const given = (object: object | undefined, fields: string[], at: string) =>
    fields.filter((field) => (object as Record<string, unknown> | undefined)?.[field] !== undefined).map((field) => forbidden(`${at}.${field}`, 'cannot be set for a windows pod'));
  const ofPod = (...fields: string[]) => given(spec.securityContext, fields, 'spec.securityContext');
  return [
    ...ofPod('appArmorProfile', 'seLinuxOptions'),
    ...given({ hostUsers: spec.hostUsers, hostPID: spec.hostPID || undefined, hostIPC: spec.hostIPC || undefined }, ['hostUsers', 'hostPID', 'hostIPC'], 'spec'),
    ...ofPod('seccompProfile', 'fsGroup', 'fsGroupChangePolicy', 'sysctls'),
    ...given(spec, ['shareProcessNamespace'], 'spec'),
    ...ofPod('runAsUser', 'runAsGroup', 'supplementalGroups', 'supplementalGroupsPolicy', 'seLinuxChangePolicy'),
    ...[...containersOf(spec)].flatMap(({ container, path }) => given(container.securityContext, LINUX_OF_CONTAINERS, `${path}.securityContext`)),
  ];
}
