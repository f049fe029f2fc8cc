/** Source: ValidatePodCreate, ValidatePodSpec in pkg/apis/core/validation/validation.go. The metadata that all kinds share are checked elsewhere. */
import { initContainersFromAnnotation } from '../defaults/init-annotation.js';
import type { ObjectMeta, Pod, PodSpec } from '../types.js';
import { affinityCauses } from './affinity.js';
import { podAnnotationCauses, podAnnotationCreateCauses } from './annotations.js';
import type { FieldCause } from './causes.js';
import { duplicate, forbidden, invalid, oneOf, required } from './causes.js';
import { containersCauses, imageCauses } from './containers.js';
import { dnsConfigCauses } from './dns.js';
import { labelCauses, labelNameCauses } from './label-selector.js';
import { dnsLabelFaults, dnsSubdomainFaults, ipCauses } from './names.js';
import { hostNetworkCauses } from './ports.js';
import { PREEMPTION_POLICIES } from './priority-class.js';
import { overheadCauses, podResourceCauses } from './resources.js';
import { hostProcessCauses, hostUserCauses, osCauses, podSecurityContextCauses } from './security.js';
import { tolerationCauses } from './tolerations.js';
import { topologySpreadCauses } from './topology-spread.js';
import { volumeCauses } from './volumes.js';

const DNS_POLICIES = ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None'];
const RESTART_POLICIES = ['Always', 'OnFailure', 'Never'];

/** A pod as it stands after defaulting. All that is wrong with it, in the order in which the API server tells it. */
export function validatePod(pod: Pod): FieldCause[] {
  const annotation = initContainersFromAnnotation(pod.metadata.annotations);
  const causes: FieldCause[] = annotation.fault ? [invalid(`metadata.annotations[${annotation.key}]`, annotation.value, annotation.fault)] : [];
  return [...causes, ...podAnnotationCauses(pod), ...podSpecCauses(pod.spec, pod.metadata)];
}

/** At creation, beside validatePod. */
export function validatePodCreate(pod: Pod): FieldCause[] {
  const { spec } = pod;
  return [
    ...(spec.ephemeralContainers?.length ? [forbidden('spec.ephemeralContainers', 'cannot be set on create')] : []),
    ...(spec.nodeName && spec.schedulingGates?.length ? [forbidden('spec.nodeName', 'cannot be set until all schedulingGates have been cleared')] : []),
    ...podAnnotationCreateCauses(pod),
  ];
}

function podSpecCauses(spec: PodSpec, metadata: ObjectMeta): FieldCause[] {
  return [
    ...volumeCauses(spec.volumes, metadata.name),
    ...claimCauses(spec),
    ...containersCauses(spec),
    ...podResourceCauses(spec),
    ...hostNetworkCauses(spec),
    ...oneOf('spec.restartPolicy', spec.restartPolicy, RESTART_POLICIES),
    ...oneOf('spec.dnsPolicy', spec.dnsPolicy, DNS_POLICIES),
    ...labelCauses(spec.nodeSelector, 'spec.nodeSelector'),
    ...podSecurityContextCauses(spec),
    ...affinityCauses(spec.affinity),
    ...dnsConfigCauses(spec),
    ...gateCauses(spec),
    ...topologySpreadCauses(spec.topologySpreadConstraints),
    ...hostProcessCauses(spec),
    ...hostUserCauses(spec),
    ...nameCauses(spec, ['serviceAccountName', 'nodeName']),
    ...deadlineCauses(spec),
    ...nameCauses(spec, ['hostname', 'subdomain']),
    ...tolerationCauses(spec.tolerations),
    ...aliasCauses(spec),
    ...hostnameCauses(spec),
    ...nameCauses(spec, ['priorityClassName', 'runtimeClassName']),
    ...(spec.preemptionPolicy === undefined ? [] : oneOf('spec.preemptionPolicy', spec.preemptionPolicy, PREEMPTION_POLICIES)),
    ...overheadCauses(spec.overhead),
    ...osCauses(spec),
    ...imageCauses(spec),
  ];
}

const NAME_RULES = {
  serviceAccountName: dnsSubdomainFaults,
  nodeName: dnsSubdomainFaults,
  hostname: dnsLabelFaults,
  subdomain: dnsLabelFaults,
  priorityClassName: dnsSubdomainFaults,
  runtimeClassName: dnsSubdomainFaults,
};

const nameCauses = (spec: PodSpec, fields: (keyof typeof NAME_RULES)[]): FieldCause[] =>
  fields.flatMap((field) => (spec[field] ? NAME_RULES[field](spec[field]).map((why) => invalid(`spec.${field}`, spec[field], why)) : []));

function deadlineCauses({ activeDeadlineSeconds: deadline }: PodSpec): FieldCause[] {
  if (deadline === undefined || (deadline >= 1 && deadline <= 2147483647)) return [];
  return [invalid('spec.activeDeadlineSeconds', deadline, 'must be between 1 and 2147483647, inclusive')];
}

function gateCauses({ readinessGates = [], schedulingGates = [] }: PodSpec): FieldCause[] {
  const causes = readinessGates.flatMap(({ conditionType }, index) => labelNameCauses(conditionType ?? '', `spec.readinessGates[${index}].conditionType`));
  const seen = new Set<string>();
  for (const [index, { name = '' }] of schedulingGates.entries()) {
    const at = `spec.schedulingGates[${index}]`;
    causes.push(...labelNameCauses(name, at));
    if (seen.has(name)) causes.push(duplicate(at, name));
    seen.add(name);
  }
  return causes;
}

function aliasCauses({ hostAliases = [] }: PodSpec): FieldCause[] {
  return hostAliases.flatMap(({ ip = '', hostnames = [] }, index) => {
    const at = `spec.hostAliases[${index}]`;
    const names = hostnames.flatMap((name, place) => dnsSubdomainFaults(name).map((why) => invalid(`${at}.hostnames[${place}]`, name, why)));
    return [...ipCauses(ip, `${at}.ip`), ...names];
  });
}

function hostnameCauses({ hostnameOverride: name, setHostnameAsFQDN, hostNetwork }: PodSpec): FieldCause[] {
  if (!name) return [];
  const at = 'spec.hostnameOverride';
  return [
    ...(name.length > 64 ? [invalid(at, name, 'must be no more than 64 characters')] : []),
    ...dnsSubdomainFaults(name).map((why) => invalid(at, name, why)),
    ...(setHostnameAsFQDN ? [forbidden(at, 'may not be specified when `setHostnameAsFQDN` is true')] : []),
    ...(hostNetwork ? [forbidden(at, 'may not be specified when `hostNetwork` is true')] : []),
  ];
}

type Claim = { name?: string; resourceClaimName?: string; resourceClaimTemplateName?: string };

function claimCauses(spec: PodSpec): FieldCause[] {
  const seen = new Set<string>();
  return ((spec.resourceClaims ?? []) as Claim[]).flatMap((claim, index) => {
    const at = `spec.resourceClaims[${index}]`;
    const { name, resourceClaimName: own, resourceClaimTemplateName: template } = claim;
    const causes: FieldCause[] = [];
    if (!name) causes.push(required(`${at}.name`));
    else if (seen.has(name)) causes.push(duplicate(`${at}.name`, name));
    else causes.push(...dnsLabelFaults(name).map((why) => invalid(`${at}.name`, name, why)));
    if (name) seen.add(name);
    if (own !== undefined && template !== undefined) causes.push(invalid(at, claim, 'at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified'));
    if (own === undefined && template === undefined) causes.push(invalid(at, claim, 'must specify one of: `resourceClaimName`, `resourceClaimTemplateName`'));
    if (own !== undefined) causes.push(...dnsSubdomainFaults(own).map((why) => invalid(`${at}.resourceClaimName`, own, why)));
    if (template !== undefined) causes.push(...dnsSubdomainFaults(template).map((why) => invalid(`${at}.resourceClaimTemplateName`, template, why)));
    return causes;
  });
}
