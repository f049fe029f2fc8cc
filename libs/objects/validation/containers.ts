/** Source: validateContainers, validateInitContainers, validateContainerCommon in pkg/apis/core/validation. */
import { isSidecar } from '../containers.js';
import type { Container, PodSpec, Volume } from '../types.js';
import type { FieldCause } from './causes.js';
import { duplicate, forbidden, invalid, notFound, notSupported, oneOf, required, tooMany } from './causes.js';
import { envCauses } from './env.js';
import { lifeCauses } from './handlers.js';
import { dnsLabelFaults } from './names.js';
import { hostPortCauses, portCauses } from './ports.js';
import { containerResourceCauses, resizePolicyCauses } from './resources.js';
import { mountCauses } from './mounts.js';
import { securityContextCauses } from './security.js';

const PULL_POLICIES = ['Always', 'IfNotPresent', 'Never'];
const MESSAGE_POLICIES = ['File', 'FallbackToLogsOnError'];
const RESTART_POLICIES = ['Always', 'Never', 'OnFailure'];
const RULE_ACTIONS = ['Restart'];
const RULE_OPERATORS = ['In', 'NotIn'];
const MOST_RULES = 20;
const MOST_EXIT_CODES = 255;

/** What holds for all containers of a pod. */
interface Around {
  spec: PodSpec;
  claims: Set<string>;
  volumes: ReadonlyMap<string, Volume>;
}

/** App containers, init containers, ephemeral ones, in this order, and of each its causes in the order in which the API server looks for them. */
export function containersCauses(spec: PodSpec): FieldCause[] {
  const around: Around = {
    spec,
    claims: new Set((spec.resourceClaims ?? []).map((claim) => claim.name)),
    volumes: new Map((spec.volumes ?? []).map((volume): [string, Volume] => [volume.name, volume])),
  };
  return [...appCauses(around), ...initCauses(around), ...ephemeralContainersCauses(around)];
}

/** Images of pods (of templates they may be anything) are looked at when all else has been. Source: validateContainersOnlyForPod. */
export const imageCauses = ({ containers = [], initContainers = [] }: PodSpec): FieldCause[] => [
  ...containers.flatMap((container, index) => paddedImage(container, `spec.containers[${index}]`)),
  ...initContainers.flatMap((container, index) => paddedImage(container, `spec.initContainers[${index}]`)),
];

function paddedImage({ image = '' }: Container, path: string): FieldCause[] {
  return image.trim() === image ? [] : [invalid(`${path}.image`, image, 'must not have leading or trailing whitespace')];
}

function appCauses(around: Around): FieldCause[] {
  const { containers = [] } = around.spec;
  if (containers.length === 0) return [required('spec.containers')];
  const names = new Set<string>();
  const causes = containers.flatMap((container, index) => {
    const path = `spec.containers[${index}]`;
    const common = commonCauses(container, path, around);
    return [...common, ...nameCauses(container, path, names), ...lifeCauses(container, path, around.spec), ...policyCauses(container, path)];
  });
  const taken = new Set<string>();
  return [...causes, ...containers.flatMap((container, index) => hostPortCauses(container, `spec.containers[${index}]`, taken))];
}

function initCauses(around: Around): FieldCause[] {
  const names = new Set((around.spec.containers ?? []).map(({ name }) => name));
  return (around.spec.initContainers ?? []).flatMap((container, index) => {
    const path = `spec.initContainers[${index}]`;
    return [
      ...commonCauses(container, path, around),
      ...policyCauses(container, path),
      ...nameCauses(container, path, names),
      // They run one by one. (That the path is the first one's is Kubernetes' own.)
      ...hostPortCauses(container, 'spec.initContainers[0]', new Set()),
      ...(isSidecar(container) ? lifeCauses(container, path, around.spec) : forbiddenLife(container, path)),
    ];
  });
}

function ephemeralContainersCauses(around: Around): FieldCause[] {
  const { containers = [], initContainers = [], ephemeralContainers = [] } = around.spec;
  const others = new Set([...containers, ...initContainers].map(({ name }) => name));
  const names = new Set(others);
  return ephemeralContainers.flatMap((one, index) => {
    const path = `spec.ephemeralContainers[${index}]`;
    const container = one as Container;
    const { targetContainerName: target } = one;
    return [
      ...commonCauses(container, path, around),
      ...paddedImage(container, path),
      ...nameCauses(container, path, names),
      ...(target && !others.has(target) ? [notFound(`${path}.targetContainerName`, target)] : []),
      ...ephemeralCauses(container, path),
    ];
  });
}

/** `names`: of the containers before it. */
function nameCauses({ name }: Container, path: string, names: Set<string>): FieldCause[] {
  if (names.has(name)) return [duplicate(`${path}.name`, name)];
  if (name) names.add(name);
  return [];
}

function commonCauses(container: Container, path: string, { spec, claims, volumes }: Around): FieldCause[] {
  const { name, image } = container;
  return [
    ...(name ? dnsLabelFaults(name).map((why) => invalid(`${path}.name`, name, why)) : [required(`${path}.name`)]),
    ...(image ? [] : [required(`${path}.image`)]),
    ...oneOf(`${path}.terminationMessagePolicy`, container.terminationMessagePolicy, MESSAGE_POLICIES),
    ...portCauses(container, path),
    ...envCauses(container, path),
    ...mountCauses(container, volumes, path),
    ...oneOf(`${path}.imagePullPolicy`, container.imagePullPolicy, PULL_POLICIES),
    ...containerResourceCauses(container.resources, claims, `${path}.resources`),
    ...resizePolicyCauses(container, spec.restartPolicy, `${path}.resizePolicy`),
    ...securityContextCauses(container, spec.hostUsers !== false, `${path}.securityContext`),
  ];
}

const policyCauses = (container: Container, path: string): FieldCause[] => [...restartPolicyCauses(container, path), ...restartRuleCauses(container, `${path}.restartPolicyRules`)];

function forbiddenLife(container: Container, path: string): FieldCause[] {
  const given = (['lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe'] as const).filter((field) => container[field] !== undefined);
  return given.map((field) => forbidden(`${path}.${field}`, 'may not be set for init containers without restartPolicy=Always'));
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
