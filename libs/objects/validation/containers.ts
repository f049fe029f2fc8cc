/** Source: validateContainers, validateInitContainers, validateContainerCommon in pkg/apis/core/validation. */
import { containersOf } from '../containers.js';
import type { ContainerKind } from '../containers.js';
import type { Container, PodSpec, Volume } from '../types.js';
import type { FieldCause } from './causes.js';
import { duplicate, forbidden, invalid, notFound, notSupported, oneOf, required, tooMany } from './causes.js';
import { envCauses } from './env.js';
import { probeCauses } from './handlers.js';
import { dnsLabelFaults } from './names.js';
import { portCauses } from './ports.js';
import { containerResourceCauses, resizePolicyCauses } from './resources.js';
import { mountCauses } from './mounts.js';
import { securityContextCauses } from './security.js';

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
  const volumes = new Map((spec.volumes ?? []).map((volume): [string, Volume] => [volume.name, volume]));
  const hostUsers = spec.hostUsers !== false;
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
    causes.push(...portCauses(container, path, spec.hostNetwork === true && kind === 'APP', kind === 'INIT' ? new Set() : hostPorts));
    causes.push(...envCauses(container, path), ...containerResourceCauses(container.resources, claims, `${path}.resources`));
    causes.push(...resizePolicyCauses(container, spec.restartPolicy, `${path}.resizePolicy`));
    causes.push(...mountCauses(container, volumes, path), ...securityContextCauses(container, hostUsers, `${path}.securityContext`));
    if (kind === 'APP' || kind === 'SIDECAR') causes.push(...probeCauses(container, path, spec.terminationGracePeriodSeconds, spec.os?.name));
  }
  return [...causes, ...targetCauses(spec)];
}

function commonCauses(container: Container, path: string): FieldCause[] {
  const { name, image } = container;
  const causes: FieldCause[] = [];
  if (!name) causes.push(required(`${path}.name`));
  else causes.push(...dnsLabelFaults(name).map((why) => invalid(`${path}.name`, name, why)));
  if (!image) causes.push(required(`${path}.image`));
  else if (image.trim() !== image) causes.push(invalid(`${path}.image`, image, 'must not have leading or trailing whitespace'));
  causes.push(...oneOf(`${path}.imagePullPolicy`, container.imagePullPolicy, PULL_POLICIES));
  causes.push(...oneOf(`${path}.terminationMessagePolicy`, container.terminationMessagePolicy, MESSAGE_POLICIES));
  return causes;
}

/** What only init containers, only app containers or neither may have. */
function kindCauses(container: Container, kind: ContainerKind, path: string): FieldCause[] {
  if (kind === 'EPHEMERAL') return ephemeralCauses(container, path);
  const causes = [...restartPolicyCauses(container, path), ...restartRuleCauses(container, `${path}.restartPolicyRules`)];
  if (kind !== 'INIT') return causes;
  for (const field of ['lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe'] as const) {
    if (container[field] !== undefined) causes.push(forbidden(`${path}.${field}`, 'may not be set for init containers without restartPolicy=Always'));
  }
  return causes;
}

/** Source: validateContainerRestartPolicy in pkg/apis/core/validation. */
function restartRuleCauses({ restartPolicyRules: rules = [] }: Container, at: string): FieldCause[] {
  if (rules.length > MOST_RULES) return [tooMany(at, rules.length, MOST_RULES)];
  return rules.flatMap(({ action, exitCodes }, index) => {
    const rule = `${at}[${index}]`;
    const causes = oneOf(`${rule}.action`, action, RULE_ACTIONS);
    if (!exitCodes) return [...causes, required(`${rule}.exitCodes`, 'must be specified')];
    causes.push(...oneOf(`${rule}.exitCodes.operator`, exitCodes.operator, RULE_OPERATORS));
    const values = exitCodes.values ?? [];
    if (values.length > MOST_EXIT_CODES) {
      causes.push(tooMany(`${rule}.exitCodes.values`, values.length, MOST_EXIT_CODES));
    } else if (values.length === 0) causes.push(invalid(`${rule}.exitCodes.values`, values, 'must specify at least one exit code'));
    return causes;
  });
}

function restartPolicyCauses({ restartPolicy, restartPolicyRules }: Container, path: string): FieldCause[] {
  if (restartPolicy !== undefined) return RESTART_POLICIES.includes(restartPolicy) ? [] : [notSupported(`${path}.restartPolicy`, restartPolicy, RESTART_POLICIES)];
  return restartPolicyRules?.length ? [required(`${path}.restartPolicy`, 'must specify restartPolicy when restart rules are used')] : [];
}

const NOT_EPHEMERAL = ['ports', 'resources', 'resizePolicy', 'restartPolicy', 'restartPolicyRules', 'livenessProbe', 'readinessProbe', 'startupProbe', 'lifecycle'] as const;

function ephemeralCauses(container: Container, path: string): FieldCause[] {
  const why = 'cannot be set for an Ephemeral Container';
  const isSet = (value: unknown): boolean => value !== undefined && (typeof value !== 'object' || Object.keys(value as object).length > 0);
  const causes = NOT_EPHEMERAL.filter((field) => isSet(container[field])).map((field) => forbidden(`${path}.${field}`, why));
  for (const [index, mount] of (container.volumeMounts ?? []).entries()) {
    for (const field of ['subPath', 'subPathExpr'] as const) if (mount[field]) causes.push(forbidden(`${path}.volumeMounts[${index}].${field}`, why));
  }
  return causes;
}

/** An ephemeral container may look into another one, which must be there. */
function targetCauses(spec: PodSpec): FieldCause[] {
  const names = new Set([...(spec.initContainers ?? []), ...(spec.containers ?? [])].map(({ name }) => name));
  return (spec.ephemeralContainers ?? []).flatMap(({ targetContainerName: target }, index) =>
    !target || names.has(target) ? [] : [notFound(`spec.ephemeralContainers[${index}].targetContainerName`, target)],
  );
}
