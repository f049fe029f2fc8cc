/** What a Service's balancer says of itself. Source: ValidateLoadBalancerStatus in pkg/apis/core/validation, SetDefaults_Service in pkg/apis/core/v1. */
import type { Service } from '../types.js';
import type { FieldCause } from './causes.js';
import { forbidden, invalid, notSupported, required } from './causes.js';
import { dnsSubdomainFaults, ipCauses, isIp } from './names.js';

const IP_MODES = ['Proxy', 'VIP'];

/** In place. */
export function defaultServiceStatus({ spec, status }: Service): void {
  if (spec.type !== 'LoadBalancer') return;
  for (const ingress of status?.loadBalancer?.ingress ?? []) if (ingress.ip) ingress.ipMode ??= 'VIP';
}

export function validateServiceStatus({ spec, status }: Service): FieldCause[] {
  const at = 'status.loadBalancer.ingress';
  const all = status?.loadBalancer?.ingress ?? [];
  if (spec.type !== 'LoadBalancer' && all.length > 0) return [forbidden(at, "may only be used when `spec.type` is 'LoadBalancer'")];
  return all.flatMap(({ ip, ipMode, hostname }, index) => {
    const here = `${at}[${index}]`;
    const causes = ip ? ipCauses(ip, `${here}.ip`) : [];
    if (ip && ipMode === undefined) causes.push(required(`${here}.ipMode`, 'must be specified when `ip` is set'));
    else if (!ip && ipMode !== undefined) causes.push(forbidden(`${here}.ipMode`, 'may not be specified when `ip` is not set'));
    else if (ipMode !== undefined && !IP_MODES.includes(ipMode)) causes.push(notSupported(`${here}.ipMode`, ipMode, IP_MODES));
    if (!hostname) return causes;
    causes.push(...dnsSubdomainFaults(hostname).map((why) => invalid(`${here}.hostname`, hostname, why)));
    return isIp(hostname) ? [...causes, invalid(`${here}.hostname`, hostname, 'must be a DNS name, not an IP address')] : causes;
  });
}
