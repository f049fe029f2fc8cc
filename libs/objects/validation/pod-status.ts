/** What a client may not write into a pod's status; its node is not asked. Source: ValidatePodStatusUpdate in pkg/apis/core/validation. */
import { isSidecar } from '../containers.js';
import type { ContainerStatus, Pod } from '../types.js';
import type { FieldCause } from './causes.js';
import { duplicate, forbidden, invalid } from './causes.js';
import { labelNameCauses } from './label-selector.js';
import { ipCauses } from './names.js';

const SYSTEM_CONDITIONS = ['PodScheduled', 'Ready', 'Initialized'];

export function validatePodStatus(next: Pod, current: Pod): FieldCause[] {
  const { status } = next;
  const causes: FieldCause[] = [];
  for (const [index, { type }] of (status.conditions ?? []).entries()) {
    if (!SYSTEM_CONDITIONS.includes(type)) causes.push(...labelNameCauses(type ?? '', `metadata.conditions[${index}].Type`));
  }
  if (status.qosClass !== current.status.qosClass) causes.push(invalid('status.qosClass', status.qosClass ?? '', 'field is immutable'));
  const sidecars = new Set((current.spec.initContainers ?? []).filter(isSidecar).map(({ name }) => name));
  const policy = current.spec.restartPolicy;
  causes.push(
    ...transitionCauses(status.containerStatuses, current.status.containerStatuses, 'status.containerStatuses', policy),
    ...transitionCauses(status.initContainerStatuses, current.status.initContainerStatuses, 'status.initContainerStatuses', policy, sidecars),
    ...transitionCauses(status.ephemeralContainerStatuses, current.status.ephemeralContainerStatuses, 'status.ephemeralContainerStatuses', 'Never'),
  );
  for (const field of ['podIPs', 'hostIPs'] as const) {
    const ips = (status[field] ?? []).map(({ ip = '' }) => ip);
    ips.forEach((ip, index) => {
      causes.push(...ipCauses(ip, `status.${field}[${index}]`));
      if (ips.indexOf(ip) < index) causes.push(duplicate(`status.${field}[${index}]`, { ip }));
    });
    const families = new Set(ips.map((ip) => ip.includes(':')));
    if (ips.length > families.size) causes.push(invalid(`status.${field}`, status[field], 'may specify no more than one IP for each IP family'));
  }
  return causes;
}

/** What has ended for good does not run again. */
function transitionCauses(
  next: ContainerStatus[] = [],
  current: ContainerStatus[] = [],
  at: string,
  policy: string | undefined,
  exempt: ReadonlySet<string> = new Set(),
): FieldCause[] {
  if (policy === 'Always') return [];
  return current.flatMap(({ name, state }, index) => {
    const ended = state?.terminated;
    if (!ended || exempt.has(name) || (ended.exitCode !== 0 && policy === 'OnFailure')) return [];
    const revived = next.some((status) => status.name === name && !status.state?.terminated);
    return revived ? [forbidden(`${at}[${index}].state`, 'may not be transitioned to non-terminated state')] : [];
  });
}
