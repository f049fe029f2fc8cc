/** Source: SetDefaults_Container, SetDefaults_Probe, SetDefaults_HTTPGetAction .. in pkg/apis/core/v1/defaults.go. */
import { defaultPullPolicy } from '../image-reference.js';
import { canonicalQuantity, canonicalResource, isQuantity } from '../quantity.js';
import type { Container, ResourceRequirements } from '../types.js';

type Probe = NonNullable<Container['livenessProbe']>;

/** Fills in, in place. */
export function defaultContainer(container: Container): void {
  container.imagePullPolicy ||= defaultPullPolicy(container.image ?? '');
  container.terminationMessagePath ||= '/dev/termination-log';
  container.terminationMessagePolicy ||= 'File';
  container.resources = defaultResources(container.resources);
  for (const port of container.ports ?? []) port.protocol ||= 'TCP';
  for (const variable of container.env ?? []) {
    if (variable.valueFrom?.fieldRef) variable.valueFrom.fieldRef.apiVersion ||= 'v1';
    if (variable.valueFrom?.resourceFieldRef) variable.valueFrom.resourceFieldRef.divisor ||= '0';
  }
  for (const probe of [container.livenessProbe, container.readinessProbe, container.startupProbe]) if (probe) defaultProbe(probe);
  for (const hook of [container.lifecycle?.postStart, container.lifecycle?.preStop]) defaultHttpGet(hook?.httpGet);
}

function defaultProbe(probe: Probe): void {
  probe.timeoutSeconds ||= 1;
  probe.periodSeconds ||= 10;
  probe.successThreshold ||= 1;
  probe.failureThreshold ||= 3;
  defaultHttpGet(probe.httpGet);
  if (probe.grpc) probe.grpc.service ??= '';
}

function defaultHttpGet(httpGet: Probe['httpGet']): void {
  if (!httpGet) return;
  httpGet.path ||= '/';
  httpGet.scheme ||= 'HTTP';
}

/** Quantities in canonical form; what has a limit and no request asks for its limit. */
export function defaultResources(resources: ResourceRequirements | undefined): ResourceRequirements {
  if (!resources) return {};
  const limits = canonicalList(resources.limits);
  const usable = Object.fromEntries(Object.entries(limits ?? {}).filter(([, quantity]) => isQuantity(quantity)));
  const requests = limits || resources.requests ? { ...usable, ...canonicalList(resources.requests) } : undefined;
  return { ...resources, ...(limits && { limits }), ...(requests && { requests }) };
}

export const canonicalList = (list: Record<string, string> | undefined): Record<string, string> | undefined =>
  list && Object.fromEntries(Object.entries(list).map(([name, quantity]) => [name, isQuantity(quantity) ? canonicalResource(quantity) : quantity]));

/** What is not a quantity stays as it is: validation says so. */
export const canonicalOrSame = (quantity: string): string => (isQuantity(quantity) ? canonicalQuantity(quantity) : quantity);
