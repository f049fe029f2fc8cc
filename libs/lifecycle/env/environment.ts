/** A container's environment. Source: makeEnvironmentVariables in pkg/kubelet/kubelet_pods.go. */
import type { ConfigMap, Container, EnvVar, Pod, Secret } from '#objects';
import { containersOf, ownValue } from '#objects';
import type { ServiceEntry } from '#runtime';
import { expand } from './expansion.js';
import type { PodPlace } from './fields.js';
import { EnvironmentError, fieldText, resourceText } from './fields.js';
import { serviceEnvironment } from './service-environment.js';

/** What an environment is made of beside the pod itself; undefined: there is no such object. */
export interface EnvironmentSources extends PodPlace {
  configMap(name: string): ConfigMap | undefined;
  secret(name: string): Secret | undefined;
  services: readonly ServiceEntry[];
  /** What the node has to give, by resource: the value of limits that are not set. */
  allocatable: Record<string, string>;
}

export interface Variable {
  key: string;
  value: string;
}

/** The ConfigMaps and Secrets that a container's environment names. */
export function environmentReferences(container: Container): { configMaps: string[]; secrets: string[] } {
  const configMaps = new Set<string>();
  const secrets = new Set<string>();
  for (const { configMapRef, secretRef } of container.envFrom ?? []) {
    if (configMapRef?.name) configMaps.add(configMapRef.name);
    if (secretRef?.name) secrets.add(secretRef.name);
  }
  for (const { valueFrom } of container.env ?? []) {
    if (valueFrom?.configMapKeyRef?.name) configMaps.add(valueFrom.configMapKeyRef.name);
    if (valueFrom?.secretKeyRef?.name) secrets.add(valueFrom.secretKeyRef.name);
  }
  return { configMaps: [...configMaps], secrets: [...secrets] };
}

/** In order: envFrom, env (each may name those before it), then the Services' variables that were not set otherwise. @throws EnvironmentError */
export function makeEnvironment(pod: Pod, container: Container, sources: EnvironmentSources): Variable[] {
  const services = serviceEnvironment(pod.metadata.namespace, sources.services, pod.spec.enableServiceLinks !== false);
  const own = new Map<string, string>();
  for (const [key, value] of bulkVariables(container, sources)) own.set(key, value);
  for (const variable of container.env ?? []) {
    const value =
      variable.valueFrom === undefined
        ? expand(variable.value ?? '', (name) => own.get(name) ?? services.get(name))
        : referredValue(pod, container, variable.valueFrom, sources);
    if (value === undefined) continue;
    own.delete(variable.name);
    own.set(variable.name, value);
  }
  for (const [key, value] of services) if (!own.has(key)) own.set(key, value);
  return [...own].map(([key, value]) => ({ key, value }));
}

/** command and args with $(VAR) replaced from the container's environment. */
export function expandCommand(container: Container, environment: readonly Variable[]): { command: string[]; args: string[] } {
  const values = new Map(environment.map(({ key, value }) => [key, value]));
  const all = (list: string[] | undefined) => (list ?? []).map((text) => expand(text, (name) => values.get(name)));
  return { command: all(container.command), args: all(container.args) };
}

/** A name that a variable can have: anything printable without '='. */
const isVariableName = (name: string): boolean => /^[\x20-\x3c\x3e-\x7e]+$/.test(name);

function* bulkVariables(container: Container, sources: EnvironmentSources): Generator<[string, string]> {
  for (const { prefix = '', configMapRef, secretRef } of container.envFrom ?? []) {
    const data = configMapRef
      ? (needed('configmap', configMapRef, sources.configMap(configMapRef.name ?? ''))?.data ?? {})
      : secretRef
        ? decoded(needed('secret', secretRef, sources.secret(secretRef.name ?? '')))
        : {};
    for (const key of Object.keys(data).sort()) if (isVariableName(prefix + key)) yield [prefix + key, data[key]!];
  }
}

function needed<T>(kind: string, { name, optional }: { name?: string; optional?: boolean }, found: T | undefined): T | undefined {
  if (found === undefined && !optional) throw new EnvironmentError(`${kind} "${name ?? ''}" not found`);
  return found;
}

const decoded = (secret: Secret | undefined): Record<string, string> =>
  Object.fromEntries(Object.entries(secret?.data ?? {}).map(([key, value]) => [key, Buffer.from(value, 'base64').toString('utf8')]));

/** undefined: an optional reference to what is not there. */
function referredValue(pod: Pod, container: Container, from: NonNullable<EnvVar['valueFrom']>, sources: EnvironmentSources): string | undefined {
  if (from.fieldRef) return fieldText(pod, from.fieldRef.fieldPath, sources);
  if (from.resourceFieldRef) {
    const { containerName, resource, divisor } = from.resourceFieldRef;
    const other = containerName ? [...containersOf(pod.spec)].find((one) => one.container.name === containerName)?.container : container;
    if (!other) throw new EnvironmentError(`container ${containerName} not found`);
    return resourceText(other, resource, divisor, sources.allocatable);
  }
  const { configMapKeyRef, secretKeyRef } = from;
  if (configMapKeyRef) {
    const found = needed('configmap', configMapKeyRef, sources.configMap(configMapKeyRef.name ?? ''));
    return keyOf('ConfigMap', pod, configMapKeyRef, found?.data);
  }
  if (secretKeyRef) {
    const found = needed('secret', secretKeyRef, sources.secret(secretKeyRef.name ?? ''));
    return keyOf('Secret', pod, secretKeyRef, found && decoded(found));
  }
  return '';
}

function keyOf(kind: string, pod: Pod, ref: { name?: string; key: string; optional?: boolean }, data: Record<string, string> | undefined): string | undefined {
  const value = ownValue(data, ref.key);
  if (value === undefined && !ref.optional) throw new EnvironmentError(`couldn't find key ${ref.key} in ${kind} ${pod.metadata.namespace}/${ref.name ?? ''}`);
  return value;
}
