/** Source: ValidateService, ValidateServiceUpdate in pkg/apis/core/validation/validation.go. Allocation checks addresses and node ports against what is taken. */
import type { Service, ServicePort } from '../types.js';
import type { FieldCause } from './causes.js';
import { duplicate, forbidden, invalid, notSupported, oneOf, required } from './causes.js';
import { portReferenceCauses } from './handlers.js';
import { dnsLabelFaults, dnsSubdomainFaults, isIp, labelValueFaults, portFaults, qualifiedNameFaults } from './names.js';
import { PROTOCOLS } from './ports.js';

const TYPES = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];
const AFFINITIES = ['ClientIP', 'None'];
const TRAFFIC_POLICIES = ['Cluster', 'Local'];
const IP_RULE = 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)';

/** A Service as it stands after defaulting. */
export function validateService({ spec }: Service): FieldCause[] {
  const causes: FieldCause[] = [...oneOf('spec.type', spec.type, TYPES), ...oneOf('spec.sessionAffinity', spec.sessionAffinity, AFFINITIES)];
  const headless = spec.clusterIP === 'None';
  if (spec.type === 'ExternalName') {
    const name = (spec.externalName ?? '').replace(/\.$/, '');
    if (!name) causes.push(required('spec.externalName'));
    else causes.push(...dnsSubdomainFaults(name.toLowerCase()).map((why) => invalid('spec.externalName', name, why)));
    if (spec.clusterIP) causes.push(forbidden('spec.clusterIP', "may not be set when `type` is 'ExternalName'"));
  } else {
    if (!spec.ports?.length && !headless) causes.push(required('spec.ports'));
    if (spec.clusterIP && !headless && !isIp(spec.clusterIP)) causes.push(invalid('spec.clusterIPs[0]', spec.clusterIP, IP_RULE));
    if (headless && spec.type !== 'ClusterIP') causes.push(invalid('spec.clusterIPs[0]', 'None', `may not be set to 'None' for ${spec.type} services`));
  }
  causes.push(...portsCauses(spec.ports ?? [], spec.type ?? 'ClusterIP'));
  for (const [key, value] of Object.entries(spec.selector ?? {})) {
    causes.push(...qualifiedNameFaults(key).map((why) => invalid('spec.selector', key, why)));
    causes.push(...labelValueFaults(value).map((why) => invalid('spec.selector', value, why)));
  }
  for (const [index, ip] of (spec.externalIPs ?? []).entries()) if (!isIp(ip)) causes.push(invalid(`spec.externalIPs[${index}]`, ip, IP_RULE));
  for (const field of ['internalTrafficPolicy', 'externalTrafficPolicy'] as const) {
    const policy = spec[field];
    if (policy && !TRAFFIC_POLICIES.includes(policy)) causes.push(notSupported(`spec.${field}`, policy, TRAFFIC_POLICIES));
  }
  return causes;
}

function portsCauses(ports: ServicePort[], type: string): FieldCause[] {
  const causes: FieldCause[] = [];
  const names = new Set<string>();
  const taken = new Set<string>();
  for (const [index, port] of ports.entries()) {
    const at = `spec.ports[${index}]`;
    if (!port.name) {
      if (ports.length > 1) causes.push(required(`${at}.name`));
    } else {
      causes.push(...dnsLabelFaults(port.name).map((why) => invalid(`${at}.name`, port.name, why)));
      if (names.has(port.name)) causes.push(duplicate(`${at}.name`, port.name));
      names.add(port.name);
    }
    causes.push(...portFaults(port.port).map((why) => invalid(`${at}.port`, port.port, why)));
    causes.push(...oneOf(`${at}.protocol`, port.protocol, PROTOCOLS));
    if (type !== 'ExternalName') causes.push(...portReferenceCauses(port.targetPort, `${at}.targetPort`));
    if (port.nodePort && type !== 'NodePort' && type !== 'LoadBalancer') causes.push(forbidden(`${at}.nodePort`, `may not be used when \`type\` is '${type}'`));
    const text = `${port.protocol}/${port.port}`;
    if (taken.has(text)) causes.push(duplicate(at, { protocol: port.protocol, port: port.port }));
    taken.add(text);
  }
  return causes;
}

/** The address of a Service stays what it is, unless its type goes to or comes from ExternalName. */
export function validateServiceUpdate({ spec: next }: Service, { spec: current }: Service): FieldCause[] {
  if (next.type === 'ExternalName' || current.type === 'ExternalName' || !current.clusterIP || next.clusterIP === current.clusterIP) return [];
  return [invalid('spec.clusterIPs[0]', next.clusterIP ?? '', 'may not change once set')];
}
