/** Source: ValidatePodCreate, ValidatePodSpec in pkg/apis/core/validation/validation.go. The metadata that all kinds share are checked elsewhere. */
import { initContainersFromAnnotation } from '../defaults/init-annotation.js';
import type { Pod, PodSpec } from '../types.js';
import type { FieldCause } from './causes.js';
import { forbidden, invalid, oneOf } from './causes.js';
import { containersCauses } from './containers.js';
import { dnsLabelFaults, dnsSubdomainFaults, isIp, labelValueFaults, qualifiedNameFaults } from './names.js';
import { overheadCauses, podResourceCauses } from './resources.js';
import { tolerationCauses } from './tolerations.js';
import { volumeCauses } from './volumes.js';

const DNS_POLICIES = ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None'];
const RESTART_POLICIES = ['Always', 'OnFailure', 'Never'];

/** A pod as it stands after defaulting. All that is wrong with it, in the order of its fields. */
export function validatePod(pod: Pod): FieldCause[] {
  const annotation = initContainersFromAnnotation(pod.metadata.annotations);
  const causes: FieldCause[] = annotation.fault ? [invalid(`metadata.annotations[${annotation.key}]`, annotation.value, annotation.fault)] : [];
  return [...causes, ...podSpecCauses(pod.spec)];
}

/** At creation, beside validatePod. */
export const validatePodCreate = (pod: Pod): FieldCause[] =>
  pod.spec.ephemeralContainers?.length ? [forbidden('spec.ephemeralContainers', 'cannot be set on create')] : [];

function podSpecCauses(spec: PodSpec): FieldCause[] {
  return [
    ...volumeCauses(spec.volumes),
    ...containersCauses(spec),
    ...oneOf('spec.restartPolicy', spec.restartPolicy, RESTART_POLICIES),
    ...oneOf('spec.dnsPolicy', spec.dnsPolicy, DNS_POLICIES),
    ...nameCauses(spec),
    ...numberCauses(spec),
    ...selectorCauses(spec),
    ...tolerationCauses(spec.tolerations),
    ...networkCauses(spec),
    ...podResourceCauses(spec),
    ...overheadCauses(spec.overhead),
  ];
}

function nameCauses(spec: PodSpec): FieldCause[] {
  const forms = [
    ['nodeName', dnsSubdomainFaults],
    ['serviceAccountName', dnsSubdomainFaults],
    ['hostname', dnsLabelFaults],
    ['subdomain', dnsLabelFaults],
    ['priorityClassName', dnsSubdomainFaults],
    ['runtimeClassName', dnsSubdomainFaults],
  ] as const;
  return forms.flatMap(([field, faults]) => (spec[field] ? faults(spec[field]).map((why) => invalid(`spec.${field}`, spec[field], why)) : []));
}

function numberCauses({ activeDeadlineSeconds: deadline }: PodSpec): FieldCause[] {
  if (deadline === undefined || (deadline >= 1 && deadline <= 2147483647)) return [];
  return [invalid('spec.activeDeadlineSeconds', deadline, 'must be between 1 and 2147483647, inclusive')];
}

function selectorCauses({ nodeSelector = {}, readinessGates = [] }: PodSpec): FieldCause[] {
  const causes: FieldCause[] = [];
  for (const [key, value] of Object.entries(nodeSelector)) {
    causes.push(...qualifiedNameFaults(key).map((why) => invalid('spec.nodeSelector', key, why)));
    causes.push(...labelValueFaults(value).map((why) => invalid('spec.nodeSelector', value, why)));
  }
  for (const [index, { conditionType }] of readinessGates.entries()) {
    causes.push(...qualifiedNameFaults(conditionType).map((why) => invalid(`spec.readinessGates[${index}].conditionType`, conditionType, why)));
  }
  return causes;
}

function networkCauses(spec: PodSpec): FieldCause[] {
  const causes: FieldCause[] = [];
  if (spec.shareProcessNamespace && spec.hostPID) {
    causes.push(invalid('spec.shareProcessNamespace', true, 'ShareProcessNamespace and HostPID cannot both be enabled'));
  }
  for (const [index, alias] of (spec.hostAliases ?? []).entries()) {
    const at = `spec.hostAliases[${index}]`;
    if (!isIp(alias.ip ?? '')) causes.push(invalid(`${at}.ip`, alias.ip ?? '', 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'));
    for (const [place, name] of (alias.hostnames ?? []).entries()) {
      causes.push(...dnsSubdomainFaults(name).map((why) => invalid(`${at}.hostnames[${place}]`, name, why)));
    }
  }
  if (spec.hostnameOverride) {
    const at = 'spec.hostnameOverride';
    if (spec.hostnameOverride.length > 64) causes.push(invalid(at, spec.hostnameOverride, 'must be no more than 64 characters'));
    causes.push(...dnsSubdomainFaults(spec.hostnameOverride).map((why) => invalid(at, spec.hostnameOverride, why)));
    if (spec.setHostnameAsFQDN) causes.push(forbidden(at, 'may not be specified when `setHostnameAsFQDN` is true'));
    if (spec.hostNetwork) causes.push(forbidden(at, 'may not be specified when `hostNetwork` is true'));
  }
  if (spec.dnsPolicy === 'None' && !spec.dnsConfig?.nameservers?.length) {
    const why = 'must provide at least one DNS nameserver when `dnsPolicy` is None';
    causes.push({ reason: 'FieldValueRequired', message: `Required value: ${why}`, field: spec.dnsConfig ? 'spec.dnsConfig.nameservers' : 'spec.dnsConfig' });
  }
  return causes;
}
