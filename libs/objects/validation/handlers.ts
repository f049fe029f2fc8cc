/** Probes and lifecycle hooks. Source: validateProbe, validateLifecycle, validateHandler in pkg/apis/core/validation. */
import type { Container } from '../types.js';
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

export function probeCauses(container: Container, path: string, graceSeconds: number | undefined, os?: string): FieldCause[] {
  const causes = stopSignalCauses(container.lifecycle?.stopSignal, os, `${path}.lifecycle.stopSignal`);
  for (const name of ['livenessProbe', 'readinessProbe', 'startupProbe'] as const) {
    const probe = container[name];
    if (!probe) continue;
    const at = `${path}.${name}`;
    causes.push(...handlerCauses(probe, ['exec', 'httpGet', 'tcpSocket', 'grpc'], at));
    for (const field of ['initialDelaySeconds', 'timeoutSeconds', 'periodSeconds', 'successThreshold', 'failureThreshold'] as const) {
      if ((probe[field] ?? 0) < 0) causes.push(invalid(`${at}.${field}`, probe[field], 'must be greater than or equal to 0'));
    }
    if (probe.terminationGracePeriodSeconds !== undefined) {
      if (name === 'readinessProbe') causes.push(invalid(`${at}.terminationGracePeriodSeconds`, probe.terminationGracePeriodSeconds, 'must not be set for readinessProbes'));
      else if (probe.terminationGracePeriodSeconds <= 0) {
        causes.push(invalid(`${at}.terminationGracePeriodSeconds`, probe.terminationGracePeriodSeconds, 'must be greater than 0'));
      }
    }
    if (name !== 'readinessProbe' && (probe.successThreshold ?? 1) !== 1) causes.push(invalid(`${at}.successThreshold`, probe.successThreshold, 'must be 1'));
  }
  for (const name of ['postStart', 'preStop'] as const) {
    const hook = container.lifecycle?.[name];
    if (hook) causes.push(...hookCauses(hook, `${path}.lifecycle.${name}`, graceSeconds));
  }
  return causes;
}

function hookCauses(hook: Hook & Handler, at: string, graceSeconds: number | undefined): FieldCause[] {
  const causes = handlerCauses(hook, ['exec', 'httpGet', 'tcpSocket', 'sleep'], at);
  const seconds = hook.sleep?.seconds;
  if (seconds !== undefined && graceSeconds !== undefined && (seconds < 0 || seconds > graceSeconds)) {
    causes.push(invalid(`${at}.sleep`, seconds, `must be non-negative and less than terminationGracePeriodSeconds (${graceSeconds})`));
  }
  return causes;
}

function handlerCauses(handler: Handler, kinds: readonly (keyof Handler)[], at: string): FieldCause[] {
  const given = kinds.filter((kind) => handler[kind]);
  if (given.length === 0) return [required(at, 'must specify a handler type')];
  const causes = given.slice(1).map((kind) => forbidden(`${at}.${kind}`, 'may not specify more than 1 handler type'));
  const { exec, httpGet, tcpSocket, grpc } = handler;
  if (exec && !exec.command?.length) causes.push(required(`${at}.exec.command`));
  if (httpGet) {
    if (!httpGet.path) causes.push(required(`${at}.httpGet.path`));
    causes.push(...portReferenceCauses(httpGet.port, `${at}.httpGet.port`));
    if (!SCHEMES.includes(httpGet.scheme ?? 'HTTP')) causes.push(notSupported(`${at}.httpGet.scheme`, httpGet.scheme, SCHEMES));
    for (const header of httpGet.httpHeaders ?? []) {
      if (!/^[-A-Za-z0-9]+$/.test(header.name)) {
        const why = "a valid HTTP header must consist of alphanumeric characters or '-' (e.g. 'X-Header-Name', regex used for validation is '[-A-Za-z0-9]+')";
        causes.push(invalid(`${at}.httpGet.httpHeaders`, header.name, why));
      }
    }
  }
  if (tcpSocket) causes.push(...portReferenceCauses(tcpSocket.port, `${at}.tcpSocket.port`));
  if (grpc) causes.push(...portFaults(grpc.port).map((why) => invalid(`${at}.grpc.port`, grpc.port, why)));
  return causes;
}

/** A port by number, or by a container port's name. */
export function portReferenceCauses(port: number | string | undefined, at: string): FieldCause[] {
  if (port === undefined) return [required(at)];
  return (typeof port === 'number' ? portFaults(port) : portNameFaults(port)).map((why) => invalid(at, port, why));
}
