/** Source: ValidateService, ValidateServiceUpdate in pkg/apis/core/validation/validation.go. Allocation checks addresses and node ports against what is taken. */
import { isExternallyAccessible, isHeadless, needsHealthCheckPort } from '../service-needs.js';
import type { Service, ServicePort } from '../types.js';
import type { FieldCause } from './causes.js';
import { duplicate, forbidden, invalid, notSupported, oneOf, required } from './causes.js';
import { portReferenceCauses } from './handlers.js';
import { labelCauses, labelNameCauses } from './label-selector.js';
import { cidrCauses, dnsLabelFaults, dnsSubdomainFaults, ipCauses, portFaults, specialIpCauses } from './names.js';
import { PROTOCOLS } from './ports.js';

type Spec = Service['spec'];

const TYPES = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];
const AFFINITIES = ['ClientIP', 'None'];
const TRAFFIC_POLICIES = ['Cluster', 'Local'];
const FAMILIES = ['IPv4', 'IPv6'];
const FAMILY_POLICIES = ['PreferDualStack', 'RequireDualStack', 'SingleStack'];
const DISTRIBUTIONS = ['PreferClose', 'PreferSameZone', 'PreferSameNode'];
const MAX_AFFINITY_SECONDS = 86_400;
const SOURCE_RANGES = 'service.beta.kubernetes.io/load-balancer-source-ranges';

/** A Service as it stands after defaulting. */
export function validateService({ spec, metadata }: Service): FieldCause[] {
  const causes: FieldCause[] = [];
  if (!spec.ports?.length && !isHeadless(spec) && spec.type !== 'ExternalName') causes.push(required('spec.ports'));
  if (isHeadless(spec) && (spec.type === 'LoadBalancer' || spec.type === 'NodePort')) {
    causes.push(invalid('spec.clusterIPs[0]', 'None', `may not be set to 'None' for ${spec.type} services`));
  }
  if (spec.type === 'ExternalName') causes.push(...externalNameCauses(spec));
  causes.push(...(spec.ports ?? []).flatMap((port, index, all) => portCauses(port, index, all)), ...labelCauses(spec.selector, 'spec.selector'));
  causes.push(...affinityCauses(spec));
  if (spec.type !== 'ExternalName') causes.push(...clusterIpCauses(spec));
  (spec.externalIPs ?? []).forEach((ip, index) => {
    const at = `spec.externalIPs[${index}]`;
    const faults = ipCauses(ip, at);
    causes.push(...(faults.length > 0 ? faults : specialIpCauses(ip, at)));
  });
  causes.push(...oneOf('spec.type', spec.type, TYPES), ...repeatedPortCauses(spec), ...loadBalancerCauses(spec, metadata.annotations), ...trafficCauses(spec));
  return causes;
}

function externalNameCauses(spec: Spec): FieldCause[] {
  const why = 'may not be set for ExternalName services';
  const causes: FieldCause[] = [];
  if (spec.clusterIPs?.length || spec.clusterIP) causes.push(forbidden('spec.clusterIPs', why));
  if (spec.ipFamilies?.length) causes.push(forbidden('spec.ipFamilies', why));
  if (spec.ipFamilyPolicy !== undefined) causes.push(forbidden('spec.ipFamilyPolicy', why));
  const name = (spec.externalName ?? '').replace(/\.$/, '');
  return [...causes, ...(name ? dnsSubdomainFaults(name).map((fault) => invalid('spec.externalName', name, fault)) : [required('spec.externalName')])];
}

function portCauses(port: ServicePort, index: number, all: ServicePort[]): FieldCause[] {
  const at = `spec.ports[${index}]`;
  const causes: FieldCause[] = [];
  if (!port.name) {
    if (all.length > 1) causes.push(required(`${at}.name`));
  } else {
    causes.push(...dnsLabelFaults(port.name).map((why) => invalid(`${at}.name`, port.name, why)));
    if (all.slice(0, index).some((other) => other.name === port.name)) causes.push(duplicate(`${at}.name`, port.name));
  }
  causes.push(...portFaults(port.port).map((why) => invalid(`${at}.port`, port.port, why)));
  causes.push(...oneOf(`${at}.protocol`, port.protocol, PROTOCOLS), ...portReferenceCauses(port.targetPort, `${at}.targetPort`));
  if (port.appProtocol !== undefined) causes.push(...labelNameCauses(port.appProtocol, `${at}.appProtocol`));
  return causes;
}

function affinityCauses({ sessionAffinity, sessionAffinityConfig: config }: Spec): FieldCause[] {
  const causes = oneOf('spec.sessionAffinity', sessionAffinity, AFFINITIES);
  const at = 'spec.sessionAffinityConfig';
  if (sessionAffinity === 'None' && config) causes.push(forbidden(at, 'must not be set when session affinity is None'));
  if (sessionAffinity !== 'ClientIP') return causes;
  const seconds = config?.clientIP?.timeoutSeconds;
  if (seconds === undefined) return [...causes, required(`${at}.clientIP.timeoutSeconds`, 'when session affinity type is ClientIP')];
  const fits = seconds > 0 && seconds <= MAX_AFFINITY_SECONDS;
  return fits ? causes : [...causes, invalid(`${at}.clientIP.timeoutSeconds`, seconds, `must be greater than 0 and less than ${MAX_AFFINITY_SECONDS}`)];
}

/** Source: ValidateServiceClusterIPsRelatedFields. */
function clusterIpCauses({ clusterIP, clusterIPs = [], ipFamilies = [], ipFamilyPolicy }: Spec): FieldCause[] {
  const causes: FieldCause[] = [];
  const at = 'spec.clusterIPs';
  if (clusterIP && clusterIPs.length > 0 && clusterIPs[0] !== clusterIP) causes.push(invalid(at, clusterIPs, 'first value must match `clusterIP`'));
  if (!clusterIP && clusterIPs.length > 0) causes.push(invalid(at, clusterIPs, 'must be empty when `clusterIP` is not specified'));
  ipFamilies.forEach((family, index) => {
    if (!FAMILIES.includes(family)) causes.push(notSupported(`spec.ipFamilies[${index}]`, family, FAMILIES));
    if (ipFamilies.indexOf(family) < index) causes.push(duplicate(`spec.ipFamilies[${index}]`, family));
  });
  if (ipFamilyPolicy !== undefined && !FAMILY_POLICIES.includes(ipFamilyPolicy)) causes.push(notSupported('spec.ipFamilyPolicy', ipFamilyPolicy, FAMILY_POLICIES));
  const ips = clusterIPs.length > 0 ? clusterIPs : clusterIP ? [clusterIP] : [];
  if (ips[0] === 'None') return ips.length > 1 ? [...causes, invalid(at, ips, "'None' must be the first and only value")] : causes;
  const faults = ips.flatMap((ip, index) => ipCauses(ip, `${at}[${index}]`));
  if (ips.length > 2) faults.push(invalid(at, ips, 'may only hold up to 2 values'));
  if (faults.length > 0) return [...causes, ...faults];
  const families = ips.map((ip) => (ip.includes(':') ? 'IPv6' : 'IPv4'));
  if (new Set(families).size < ips.length) causes.push(invalid(at, ips, 'may specify no more than one IP for each IP family'));
  families.forEach((family, index) => {
    const wanted = ipFamilies[index];
    if (wanted && FAMILIES.includes(wanted) && wanted !== family) causes.push(invalid(`${at}[${index}]`, ips[index], `expected an ${wanted} value as indicated by \`ipFamilies[${index}]\``));
  });
  return causes;
}

function repeatedPortCauses({ ports = [], type }: Spec): FieldCause[] {
  const causes: FieldCause[] = [];
  if (type === 'ClusterIP') {
    ports.forEach(({ nodePort }, index) => {
      if (nodePort) causes.push(forbidden(`spec.ports[${index}].nodePort`, "may not be used when `type` is 'ClusterIP'"));
    });
  }
  ports.forEach(({ nodePort, protocol }, index) => {
    const again = nodePort && ports.slice(0, index).some((other) => other.nodePort === nodePort && other.protocol === protocol);
    if (again) causes.push(duplicate(`spec.ports[${index}].nodePort`, nodePort));
  });
  ports.forEach(({ port, protocol }, index) => {
    if (ports.slice(0, index).some((other) => other.port === port && other.protocol === protocol)) causes.push(duplicate(`spec.ports[${index}]`, { protocol, port }));
  });
  return causes;
}

function loadBalancerCauses(spec: Spec, annotations: Record<string, string> = {}): FieldCause[] {
  const causes: FieldCause[] = [];
  const only = "may only be used when `type` is 'LoadBalancer'";
  const ranges = spec.loadBalancerSourceRanges ?? [];
  const isBalancer = spec.type === 'LoadBalancer';
  if (ranges.length > 0) {
    if (!isBalancer) causes.push(forbidden('spec.LoadBalancerSourceRanges', only));
    ranges.forEach((range, index) => causes.push(...cidrCauses(range.trim(), `spec.LoadBalancerSourceRanges[${index}]`)));
  } else if (annotations[SOURCE_RANGES] !== undefined) {
    const at = `metadata.annotations[${SOURCE_RANGES}]`;
    if (!isBalancer) causes.push(forbidden(at, only));
    const text = annotations[SOURCE_RANGES].trim();
    if (text) causes.push(...text.split(',').flatMap((range) => cidrCauses(range.trim(), at)));
  }
  if (spec.allocateLoadBalancerNodePorts !== undefined && !isBalancer) causes.push(forbidden('spec.allocateLoadBalancerNodePorts', only));
  if (spec.loadBalancerClass !== undefined) {
    causes.push(...(isBalancer ? labelNameCauses(spec.loadBalancerClass, 'spec.loadBalancerClass') : [forbidden('spec.loadBalancerClass', only)]));
  }
  return causes;
}

function trafficCauses(spec: Spec): FieldCause[] {
  const causes: FieldCause[] = [];
  const { externalTrafficPolicy: external, internalTrafficPolicy: internal, healthCheckNodePort, trafficDistribution } = spec as Spec & { trafficDistribution?: string };
  if (external && !isExternallyAccessible(spec)) causes.push(invalid('spec.externalTrafficPolicy', external, 'may only be set for externally-accessible services'));
  else if (external && !TRAFFIC_POLICIES.includes(external)) causes.push(notSupported('spec.externalTrafficPolicy', external, TRAFFIC_POLICIES));
  if (healthCheckNodePort && !needsHealthCheckPort(spec)) {
    causes.push(invalid('spec.healthCheckNodePort', healthCheckNodePort, "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'"));
  } else if (healthCheckNodePort) causes.push(...portFaults(healthCheckNodePort).map((why) => invalid('spec.healthCheckNodePort', healthCheckNodePort, why)));
  if (internal && !TRAFFIC_POLICIES.includes(internal)) causes.push(notSupported('spec.internalTrafficPolicy', internal, TRAFFIC_POLICIES));
  if (trafficDistribution !== undefined && !DISTRIBUTIONS.includes(trafficDistribution)) causes.push(notSupported('spec.trafficDistribution', trafficDistribution, DISTRIBUTIONS));
  return causes;
}

/** The address of a Service stays what it is, unless its type goes to or comes from ExternalName. */
export function validateServiceUpdate({ spec: next }: Service, { spec: current }: Service): FieldCause[] {
  const causes: FieldCause[] = [];
  const before = current.loadBalancerClass;
  if (current.type === 'LoadBalancer' && next.type === 'LoadBalancer' && before !== next.loadBalancerClass) {
    causes.push(invalid('spec.loadBalancerClass', next.loadBalancerClass ?? null, 'may not change once set'));
  }
  if (needsHealthCheckPort(current) && needsHealthCheckPort(next) && next.healthCheckNodePort !== current.healthCheckNodePort) {
    causes.push(forbidden('spec.healthCheckNodePort', 'field is immutable'));
  }
  if (next.type === 'ExternalName' || current.type === 'ExternalName' || !current.clusterIP || next.clusterIP === current.clusterIP) return causes;
  return [...causes, invalid('spec.clusterIPs[0]', next.clusterIPs ?? [next.clusterIP ?? ''], 'may not change once set')];
}
