/** Source: validateContainers, validateInitContainers, validateContainerCommon in pkg/apis/core/validation. */
import { containersOf } from '../containers.js';
import type { ContainerKind } from '../containers.js';
import type { Container, PodSpec } from '../types.js';
import type { FieldCause } from './causes.js';
import { duplicate, forbidden, invalid, notSupported, oneOf, required } from './causes.js';
import { envCauses } from './env.js';
import { probeCauses } from './handlers.js';
import { dnsLabelFaults } from './names.js';
import { portCauses } from './ports.js';
import { containerResourceCauses, resizePolicyCauses } from './resources.js';
import { volumeMountCauses } from './volumes.js';

const PULL_POLICIES = ['Always', 'IfNotPresent', 'Never'];
const MESSAGE_POLICIES = ['FallbackToLogsOnError', 'File'];
const RESTART_POLICIES = ['Always', 'Never', 'OnFailure'];
const RULE_ACTIONS = ['Restart'];
const RULE_OPERATORS = ['In', 'NotIn'];
const MOST_RULES = 20;
const MOST_EXIT_CODES = 255;

export function containersCauses(spec: PodSpec): FieldCause[] {
  const causes: FieldCause[] = [];
  if (!spec.containers?.length) causes.push(required('spec.containers'));
  const claims = new Set((spec.resourceClaims ?? []).map((claim) => claim.name));
  const volumes = new Set((spec.volumes ?? []).map((volume) => volume.name));
  const appNames = new Set((spec.containers ?? []).map((container) => container.name));
  const seen = { APP: new Set<string>(), other: new Set<string>() };
  const hostPorts = new Set<string>();
  for (const { container, kind, path } of containersOf(spec)) {
    const names = kind === 'APP' ? seen.APP : seen.other;
    const taken = names.has(container.name) || (kind !== 'APP' && appNames.has(container.name));
    if (container.name && taken) causes.push(duplicate(`${path}.name`, container.name));
    names.add(container.name);
    causes.push(...commonCauses(container, path), ...kindCauses(container, kind, path));
    // Init containers run before the others: their host ports cannot collide with those.
    causes.push(...portCauses(container, path, spec.hostNetwork === true, kind === 'INIT' ? new Set() : hostPorts));
    causes.push(...envCauses(container, path), ...containerResourceCauses(container.resources, claims, `${path}.resources`));
    causes.push(...resizePolicyCauses(container, spec.restartPolicy, `${path}.resizePolicy`));
    causes.push(...volumeMountCauses(container, volumes, path));
    if (kind === 'APP' || kind === 'SIDECAR') causes.push(...probeCauses(container, path, spec.terminationGracePeriodSeconds, spec.os?.name));
  }
  return causes;
}

function commonCauses(container: Container, path: string): FieldCause[] {
  const { name, image, securityContext } = container;
  const causes: FieldCause[] = [];
  if (!name) causes.push(required(`${path}.name`));
  else causes.push(...dnsLabelFaults(name).map((why) => invalid(`${path}.name`, name, why)));
  if (!image) causes.push(required(`${path}.image`));
  else if (image.trim() !== image) causes.push(invalid(`${path}.image`, image, 'must not have leading or trailing whitespace'));
  causes.push(...oneOf(`${path}.imagePullPolicy`, container.imagePullPolicy, PULL_POLICIES));
  causes.push(...oneOf(`${path}.terminationMessagePolicy`, container.terminationMessagePolicy, MESSAGE_POLICIES));
  if (!container.terminationMessagePath) causes.push(required(`${path}.terminationMessagePath`));
  for (const field of ['runAsUser', 'runAsGroup'] as const) {
    const value = securityContext?.[field];
    if (value !== undefined && (value < 0 || value > 2147483647)) causes.push(invalid(`${path}.securityContext.${field}`, value, 'must be between 0 and 2147483647, inclusive'));
  }
  if (securityContext?.privileged && securityContext.allowPrivilegeEscalation === false) {
    causes.push(invalid(`${path}.securityContext`, securityContext, 'cannot set `allowPrivilegeEscalation` to false and `privileged` to true'));
  }
  return causes;
}

/** What only init containers, only app containers or neither may have. */
function kindCauses(container: Container, kind: ContainerKind, path: string): FieldCause[] {
  const causes: FieldCause[] = [];
  if (container.restartPolicy !== undefined) {
    if (kind === 'EPHEMERAL') causes.push(forbidden(`${path}.restartPolicy`, 'cannot be set for an Ephemeral Container'));
    else if (!RESTART_POLICIES.includes(container.restartPolicy)) causes.push(notSupported(`${path}.restartPolicy`, container.restartPolicy, RESTART_POLICIES));
  } else if (container.restartPolicyRules?.length) {
    causes.push(required(`${path}.restartPolicy`, 'must specify restartPolicy when restart rules are used'));
  }
  causes.push(...restartRuleCauses(container, kind, `${path}.restartPolicyRules`));
  const probes = ['lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe'] as const;
  for (const field of probes) {
    if (container[field] === undefined) continue;
    if (kind === 'INIT') causes.push(forbidden(`${path}.${field}`, 'may not be set for init containers without restartPolicy=Always'));
    if (kind === 'EPHEMERAL') causes.push(forbidden(`${path}.${field}`, 'cannot be set for an Ephemeral Container'));
  }
  return causes;
}

/** Source: validateContainerRestartPolicy in pkg/apis/core/validation. */
function restartRuleCauses({ restartPolicyRules: rules = [] }: Container, kind: ContainerKind, at: string): FieldCause[] {
  if (kind === 'EPHEMERAL' && rules.length > 0) return [forbidden(at, 'cannot be set for an Ephemeral Container')];
  if (rules.length > MOST_RULES) return [{ reason: 'FieldValueTooMany', field: at, message: `Too many: ${rules.length}: must have at most ${MOST_RULES} items` }];
  return rules.flatMap(({ action, exitCodes }, index) => {
    const rule = `${at}[${index}]`;
    const causes = oneOf(`${rule}.action`, action, RULE_ACTIONS);
    if (!exitCodes) return [...causes, required(`${rule}.exitCodes`, 'must be specified')];
    causes.push(...oneOf(`${rule}.exitCodes.operator`, exitCodes.operator, RULE_OPERATORS));
    const values = exitCodes.values ?? [];
    if (values.length > MOST_EXIT_CODES) {
      causes.push({ reason: 'FieldValueTooMany', field: `${rule}.exitCodes.values`, message: `Too many: ${values.length}: must have at most ${MOST_EXIT_CODES} items` });
    } else if (values.length === 0) causes.push(invalid(`${rule}.exitCodes.values`, values, 'must specify at least one exit code'));
    return causes;
  });
}
