/** Probes and lifecycle hooks. Source: validateProbe, validateLifecycle, validateHandler in pkg/apis/core/validation. */
import type { Container, PodSpec } from '../types.js';
import type { FieldCause } from './causes.js';
import { forbidden, invalid, notSupported, required } from './causes.js';
import { portFaults, portNameFaults } from './names.js';

type Probe = NonNullable<Container['livenessProbe']>;
type Hook = NonNullable<NonNullable<Container['lifecycle']>['preStop']>;
type Handler = Pick<Probe, 'exec' | 'httpGet' | 'tcpSocket' | 'grpc'> & { sleep?: { seconds: number } };

const SCHEMES = ['HTTP', 'HTTPS'];

const SIGNALS = [
  'SIGABRT', 'SIGALRM', 'SIGBUS', 'SIGCHLD', 'SIGCLD', 'SIGCONT', 'SIGFPE', 'SIGHUP', 'SIGILL', 'SIGINT', 'SIGIO', 'SIGIOT', 'SIGKILL', 'SIGPIPE',
  'SIGPOLL', 'SIGPROF', 'SIGPWR', 'SIGQUIT', 'SIGSEGV', 'SIGSTKFLT', 'SIGSTOP', 'SIGSYS', 'SIGTERM', 'SIGTRAP', 'SIGTSTP', 'SIGTTIN', 'SIGTTOU',
  'SIGURG', 'SIGUSR1', 'SIGUSR2', 'SIGVTALRM', 'SIGWINCH', 'SIGXCPU', 'SIGXFSZ', 'SIGRTMIN',
  ...Array.from({ length: 15 }, (_, index) => `SIGRTMIN+${index + 1}`),
  ...Array.from({ length: 14 }, (_, index) => `SIGRTMAX-${14 - index}`),
  'SIGRTMAX',
];

/** Source: validateStopSignal in pkg/apis/core/validation. */
function stopSignalCauses(stopSignal: string | undefined, os: string | undefined, at: string): FieldCause[] {
  if (stopSignal === undefined) return [];
  if (!os) return [forbidden(at, 'may not be set for containers with empty `spec.os.name`')];
  const supported = os === 'windows' ? ['SIGKILL', 'SIGTERM'] : SIGNALS;
  return supported.includes(stopSignal) ? [] : [notSupported(at, stopSignal, supported)];
}

/** Hooks and probes, in the API server's order. */
export function lifeCauses(container: Container, path: string, { terminationGracePeriodSeconds: grace, os }: PodSpec): FieldCause[] {
  const { postStart, preStop, stopSignal } = container.lifecycle ?? {};
  const at = `${path}.lifecycle`;
  return [
    ...(postStart ? hookCauses(postStart, `${at}.postStart`, grace) : []),
    ...(preStop ? hookCauses(preStop, `${at}.preStop`, grace) : []),
    ...stopSignalCauses(stopSignal, os?.name, `${at}.stopSignal`),
    ...(['livenessProbe', 'readinessProbe', 'startupProbe'] as const).flatMap((name) => (container[name] ? probeCauses(container[name], name, `${path}.${name}`) : [])),
  ];
}

function probeCauses(probe: Probe, name: 'livenessProbe' | 'readinessProbe' | 'startupProbe', at: string): FieldCause[] {
  const causes = handlerCauses(probe, ['exec', 'httpGet', 'tcpSocket', 'grpc'], at);
  for (const field of ['initialDelaySeconds', 'timeoutSeconds', 'periodSeconds', 'successThreshold', 'failureThreshold'] as const) {
    if ((probe[field] ?? 0) < 0) causes.push(invalid(`${at}.${field}`, probe[field], 'must be greater than or equal to 0'));
  }
  const { terminationGracePeriodSeconds: grace, successThreshold = 1 } = probe;
  if (grace !== undefined && grace <= 0) causes.push(invalid(`${at}.terminationGracePeriodSeconds`, grace, 'must be greater than 0'));
  if (name === 'readinessProbe' && grace !== undefined) causes.push(invalid(`${at}.terminationGracePeriodSeconds`, grace, 'must not be set for readinessProbes'));
  if (name !== 'readinessProbe' && successThreshold !== 1) causes.push(invalid(`${at}.successThreshold`, successThreshold, 'must be 1'));
  return causes;
}

function hookCauses(hook: Hook & Handler, at: string, graceSeconds: number | undefined): FieldCause[] {
  return handlerCauses(hook, ['exec', 'httpGet', 'tcpSocket', 'sleep'], at, graceSeconds);
}

/** The first that is there counts, and is looked into. */
function handlerCauses(handler: Handler, kinds: readonly (keyof Handler)[], at: string, graceSeconds?: number): FieldCause[] {
  const [first, ...others] = kinds.filter((kind) => handler[kind]);
  if (!first) return [required(at, 'must specify a handler type')];
  return [...actionCauses(handler, first, `${at}.${first}`, graceSeconds), ...others.map((kind) => forbidden(`${at}.${kind}`, 'may not specify more than 1 handler type'))];
}

function actionCauses({ exec, httpGet, tcpSocket, grpc, sleep }: Handler, kind: keyof Handler, at: string, graceSeconds: number | undefined): FieldCause[] {
  switch (kind) {
    case 'exec':
      return exec?.command?.length ? [] : [required(`${at}.command`)];
    case 'httpGet':
      return httpGet ? httpCauses(httpGet, at) : [];
    case 'tcpSocket':
      return portReferenceCauses(tcpSocket?.port, `${at}.port`);
    case 'grpc':
      return portFaults(grpc?.port ?? 0).map((why) => invalid(`${at}.port`, grpc?.port ?? 0, why));
    case 'sleep': {
      const seconds = sleep?.seconds ?? 0;
      const fits = graceSeconds === undefined || (seconds >= 0 && seconds <= graceSeconds);
      return fits ? [] : [invalid(at, seconds, `must be non-negative and less than terminationGracePeriodSeconds (${graceSeconds})`)];
    }
  }
}

function httpCauses(action: NonNullable<Probe['httpGet']>, at: string): FieldCause[] {
  const causes = action.path ? [] : [required(`${at}.path`)];
  causes.push(...portReferenceCauses(action.port, `${at}.port`));
  if (!SCHEMES.includes(action.scheme ?? 'HTTP')) causes.push(notSupported(`${at}.scheme`, action.scheme, SCHEMES));
  for (const { name } of action.httpHeaders ?? []) {
    if (/^[-A-Za-z0-9]+$/.test(name)) continue;
    const why = "a valid HTTP header must consist of alphanumeric characters or '-' (e.g. 'X-Header-Name', regex used for validation is '[-A-Za-z0-9]+')";
    causes.push(invalid(`${at}.httpHeaders`, name, why));
  }
  return causes;
}

/** A port by number, or by a container port's name. One that is left out is 0. */
export function portReferenceCauses(port: number | string = 0, at: string): FieldCause[] {
  return (typeof port === 'number' ? portFaults(port) : portNameFaults(port)).map((why) => invalid(at, port, why));
}
