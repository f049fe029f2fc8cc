/** The checks of the two levels, one row each. Source: staging/src/k8s.io/pod-security-admission/policy/check_*.go. */
import { containersOf } from '../containers.js';
import type { Container, Pod, PodSpec } from '../types.js';

export interface Violation {
  reason: string;
  detail: string;
}

export interface Check {
  id: string;
  /** The minor version that brought it. */
  since: number;
  /** The minor version from which on it no longer applies. */
  until?: number;
  /** Baseline checks that it makes superfluous. */
  covers?: string[];
  look(pod: Pod): Violation | undefined;
}

type Context = Container['securityContext'] & { seccompProfile?: { type: string }; appArmorProfile?: { type: string }; windowsOptions?: { hostProcess?: boolean } };

const containers = (spec: PodSpec): Container[] => [...containersOf(spec)].map(({ container }) => container);
const contextOf = (container: Container): Context => (container.securityContext ?? {}) as Context;
const ofPod = (spec: PodSpec): Context & { sysctls?: { name: string }[] } => (spec.securityContext ?? {}) as Context;

const quoted = (names: Iterable<string>): string => [...names].map((name) => JSON.stringify(name)).join(', ');
const sorted = (names: Iterable<string>): string[] => [...new Set(names)].sort();
const plural = (one: string, many: string, count: number): string => (count === 1 ? one : many);
const named = (list: { name: string }[]): string => `${plural('container', 'containers', list.length)} ${quoted(list.map(({ name }) => name))}`;
/** `pod and container "a"` */
const setters = (podToo: boolean, list: { name: string }[]): string => [...(podToo ? ['pod'] : []), ...(list.length > 0 ? [named(list)] : [])].join(' and ');

const APP_ARMOR = 'container.apparmor.security.beta.kubernetes.io/';
const BASELINE_CAPABILITIES = new Set(['AUDIT_WRITE', 'CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'FSETID', 'KILL', 'MKNOD', 'NET_BIND_SERVICE', 'SETFCAP', 'SETGID', 'SETPCAP', 'SETUID', 'SYS_CHROOT']);
const SELINUX_TYPES = new Set(['', 'container_t', 'container_init_t', 'container_kvm_t']);
const SELINUX_TYPES_31 = new Set([...SELINUX_TYPES, 'container_engine_t']);
const SYSCTLS = ['kernel.shm_rmid_forced', 'net.ipv4.ip_local_port_range', 'net.ipv4.tcp_syncookies', 'net.ipv4.ping_group_range', 'net.ipv4.ip_unprivileged_port_start'];
const SYSCTLS_27 = [...SYSCTLS, 'net.ipv4.ip_local_reserved_ports'];
const SYSCTLS_29 = [...SYSCTLS_27, 'net.ipv4.tcp_keepalive_time', 'net.ipv4.tcp_fin_timeout', 'net.ipv4.tcp_keepalive_intvl', 'net.ipv4.tcp_keepalive_probes'];
const SYSCTLS_32 = [...SYSCTLS_29, 'net.ipv4.tcp_rmem', 'net.ipv4.tcp_wmem'];
const RESTRICTED_VOLUMES = ['configMap', 'csi', 'downwardAPI', 'emptyDir', 'ephemeral', 'persistentVolumeClaim', 'projected', 'secret'];
/** Windows knows none of these. */
const isWindows = (spec: PodSpec): boolean => spec.os?.name === 'windows';

export const BASELINE: readonly Check[] = [
  {
    id: 'appArmorProfile',
    since: 0,
    look({ metadata, spec }) {
      const annotations = Object.entries(metadata.annotations ?? {})
        .filter(([key, value]) => key.startsWith(APP_ARMOR) && value !== '' && value !== 'runtime/default' && !value.startsWith('localhost/'))
        .sort(([a], [b]) => (a < b ? -1 : 1));
      const bad = (context: Context) => context.appArmorProfile?.type === 'Unconfined';
      const fields = setters(bad(ofPod(spec)), containers(spec).filter((container) => bad(contextOf(container))));
      const keys = annotations.length > 0 ? `${plural('annotation', 'annotations', annotations.length)} ${quoted(annotations.map(([key]) => key))}` : '';
      const where = [fields, keys].filter(Boolean).join(' and ');
      const values = sorted([...(fields ? ['Unconfined'] : []), ...annotations.map(([, value]) => value)]);
      const reason = plural('forbidden AppArmor profile', 'forbidden AppArmor profiles', values.length);
      return where ? { reason, detail: `${where} must not set AppArmor profile type to ${quoted(values)}` } : undefined;
    },
  },
  {
    id: 'capabilities_baseline',
    since: 0,
    look({ spec }) {
      const added = (container: Container) => (contextOf(container).capabilities?.add ?? []).filter((name) => !BASELINE_CAPABILITIES.has(name));
      const bad = containers(spec).filter((container) => added(container).length > 0);
      return bad.length > 0 ? { reason: 'non-default capabilities', detail: `${named(bad)} must not include ${quoted(sorted(bad.flatMap(added)))} in securityContext.capabilities.add` } : undefined;
    },
  },
  {
    id: 'hostNamespaces',
    since: 0,
    look({ spec }) {
      const shared = (['hostNetwork', 'hostPID', 'hostIPC'] as const).filter((field) => spec[field]).map((field) => `${field}=true`);
      return shared.length > 0 ? { reason: 'host namespaces', detail: shared.join(', ') } : undefined;
    },
  },
  {
    id: 'hostPathVolumes',
    since: 0,
    look({ spec }) {
      const names = (spec.volumes ?? []).filter((volume) => volume.hostPath).map((volume) => volume.name);
      return names.length > 0 ? { reason: 'hostPath volumes', detail: `${plural('volume', 'volumes', names.length)} ${quoted(names)}` } : undefined;
    },
  },
  {
    id: 'hostPorts',
    since: 0,
    look({ spec }) {
      const ports = (container: Container) => (container.ports ?? []).flatMap(({ hostPort }) => (hostPort ? [String(hostPort)] : []));
      const bad = containers(spec).filter((container) => ports(container).length > 0);
      const all = sorted(bad.flatMap(ports));
      return bad.length > 0
        ? { reason: 'hostPort', detail: `${named(bad)} ${plural('uses', 'use', bad.length)} ${plural('hostPort', 'hostPorts', all.length)} ${all.join(', ')}` }
        : undefined;
    },
  },
  {
    id: 'hostProbesAndHostLifecycle',
    since: 34,
    look({ spec }) {
      const hosts = ({ livenessProbe, readinessProbe, startupProbe, lifecycle }: Container) =>
        [livenessProbe, readinessProbe, startupProbe, lifecycle?.postStart, lifecycle?.preStop].flatMap((handler) => [handler?.httpGet?.host, handler?.tcpSocket?.host].filter((host) => !!host) as string[]);
      const bad = containers(spec).filter((container) => hosts(container).length > 0);
      const all = sorted(bad.flatMap(hosts));
      const what = plural('probe or lifecycle host', 'probe or lifecycle hosts', all.length);
      return bad.length > 0
        ? { reason: 'probe or lifecycle host', detail: `${plural('container', 'containers', bad.length)} ${quoted(sorted(bad.map(({ name }) => name)))} ${plural('uses', 'use', bad.length)} ${what} ${quoted(all)}` }
        : undefined;
    },
  },
  {
    id: 'privileged',
    since: 0,
    look({ spec }) {
      const bad = containers(spec).filter((container) => contextOf(container).privileged);
      return bad.length > 0 ? { reason: 'privileged', detail: `${named(bad)} must not set securityContext.privileged=true` } : undefined;
    },
  },
  {
    id: 'procMount',
    since: 0,
    look({ spec }) {
      if (spec.hostUsers === false) return undefined;
      const of = (container: Container) => contextOf(container).procMount ?? 'Default';
      const bad = containers(spec).filter((container) => of(container) !== 'Default');
      return bad.length > 0 ? { reason: 'procMount', detail: `${named(bad)} must not set securityContext.procMount to ${quoted(sorted(bad.map(of)))}` } : undefined;
    },
  },
  seLinux(0, 31, SELINUX_TYPES),
  seLinux(31, undefined, SELINUX_TYPES_31),
  {
    id: 'seccompProfile_baseline',
    since: 0,
    until: 19,
    look({ metadata, spec }) {
      const keys = ['seccomp.security.alpha.kubernetes.io/pod', ...containers(spec).map(({ name }) => `container.seccomp.security.alpha.kubernetes.io/${name}`)];
      const bad = keys.flatMap((key) => {
        const value = metadata.annotations?.[key];
        return value === undefined || value === 'runtime/default' || value === 'docker/default' || value.startsWith('localhost/') ? [] : [`${key}=${JSON.stringify(value)}`];
      });
      return bad.length > 0 ? { reason: 'seccompProfile', detail: `forbidden ${plural('annotation', 'annotations', bad.length)} ${sorted(bad).join(', ')}` } : undefined;
    },
  },
  { id: 'seccompProfile_baseline', since: 19, look: ({ spec }) => seccompSetters(spec) },
  sysctls(0, 27, SYSCTLS),
  sysctls(27, 29, SYSCTLS_27),
  sysctls(29, 32, SYSCTLS_29),
  sysctls(32, undefined, SYSCTLS_32),
  {
    id: 'windowsHostProcess',
    since: 0,
    look({ spec }) {
      const bad = (context: Context) => context.windowsOptions?.hostProcess === true;
      const where = setters(bad(ofPod(spec)), containers(spec).filter((container) => bad(contextOf(container))));
      return where ? { reason: 'hostProcess', detail: `${where} must not set securityContext.windowsOptions.hostProcess=true` } : undefined;
    },
  },
];

export const RESTRICTED: readonly Check[] = [
  {
    id: 'allowPrivilegeEscalation',
    since: 8,
    look({ spec }) {
      if (isWindows(spec)) return undefined;
      const bad = containers(spec).filter((container) => contextOf(container).allowPrivilegeEscalation !== false);
      return bad.length > 0 ? { reason: 'allowPrivilegeEscalation != false', detail: `${named(bad)} must set securityContext.allowPrivilegeEscalation=false` } : undefined;
    },
  },
  {
    id: 'capabilities_restricted',
    since: 22,
    covers: ['capabilities_baseline'],
    look({ spec }) {
      if (isWindows(spec)) return undefined;
      const added = (container: Container) => (contextOf(container).capabilities?.add ?? []).filter((name) => name !== 'NET_BIND_SERVICE');
      const keeping = containers(spec).filter((container) => !contextOf(container).capabilities?.drop?.includes('ALL'));
      const adding = containers(spec).filter((container) => added(container).length > 0);
      const details = [
        ...(keeping.length > 0 ? [`${named(keeping)} must set securityContext.capabilities.drop=["ALL"]`] : []),
        ...(adding.length > 0 ? [`${named(adding)} must not include ${quoted(sorted(adding.flatMap(added)))} in securityContext.capabilities.add`] : []),
      ];
      return details.length > 0 ? { reason: 'unrestricted capabilities', detail: details.join('; ') } : undefined;
    },
  },
  {
    id: 'restrictedVolumes',
    since: 0,
    covers: ['hostPathVolumes'],
    look({ spec }) {
      const bad = (spec.volumes ?? []).filter((volume) => !RESTRICTED_VOLUMES.some((type) => type in volume));
      const typed = bad.map((volume) => [volume.name, Object.keys(volume).find((field) => field !== 'name') ?? 'unknown'] as const);
      const types = sorted(typed.map(([, type]) => type));
      const names = typed.map(([name]) => name);
      return bad.length > 0
        ? { reason: 'restricted volume types', detail: `${plural('volume', 'volumes', names.length)} ${quoted(names)} ${plural('uses', 'use', names.length)} restricted volume ${plural('type', 'types', types.length)} ${quoted(types)}` }
        : undefined;
    },
  },
  {
    id: 'runAsNonRoot',
    since: 0,
    look({ spec }) {
      if (spec.hostUsers === false) return undefined;
      const pod = ofPod(spec).runAsNonRoot;
      const explicit = containers(spec).filter((container) => contextOf(container).runAsNonRoot === false);
      const where = setters(pod === false, explicit);
      if (where) return { reason: 'runAsNonRoot != true', detail: `${where} must not set securityContext.runAsNonRoot=false` };
      const implicit = pod ? [] : containers(spec).filter((container) => contextOf(container).runAsNonRoot === undefined);
      return implicit.length > 0 ? { reason: 'runAsNonRoot != true', detail: `pod or ${named(implicit)} must set securityContext.runAsNonRoot=true` } : undefined;
    },
  },
  {
    id: 'runAsUser',
    since: 23,
    look({ spec }) {
      if (spec.hostUsers === false) return undefined;
      const where = setters(ofPod(spec).runAsUser === 0, containers(spec).filter((container) => contextOf(container).runAsUser === 0));
      return where ? { reason: 'runAsUser=0', detail: `${where} must not set runAsUser=0` } : undefined;
    },
  },
  {
    id: 'seccompProfile_restricted',
    since: 19,
    covers: ['seccompProfile_baseline'],
    look({ spec }) {
      if (isWindows(spec)) return undefined;
      const found = seccompSetters(spec);
      if (found || ofPod(spec).seccompProfile) return found;
      const implicit = containers(spec).filter((container) => !contextOf(container).seccompProfile);
      return implicit.length > 0
        ? { reason: 'seccompProfile', detail: `pod or ${named(implicit)} must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"` }
        : undefined;
    },
  },
];

function seccompSetters(spec: PodSpec): Violation | undefined {
  const bad = ({ seccompProfile }: Context) => seccompProfile !== undefined && seccompProfile.type !== 'RuntimeDefault' && seccompProfile.type !== 'Localhost';
  const those = containers(spec).filter((container) => bad(contextOf(container)));
  const where = setters(bad(ofPod(spec)), those);
  if (!where) return undefined;
  const values = [...(bad(ofPod(spec)) ? [ofPod(spec)] : []), ...those.map(contextOf)].map((context) => context.seccompProfile!.type);
  return { reason: 'seccompProfile', detail: `${where} must not set securityContext.seccompProfile.type to ${quoted(sorted(values))}` };
}

function seLinux(since: number, until: number | undefined, allowed: ReadonlySet<string>): Check {
  return {
    id: 'seLinuxOptions',
    since,
    ...(until !== undefined && { until }),
    look({ spec }) {
      const options = (context: Context) => context.seLinuxOptions ?? {};
      const bad = (context: Context) => !allowed.has(options(context).type ?? '') || !!options(context).user || !!options(context).role;
      const those = containers(spec).filter((container) => bad(contextOf(container)));
      const where = setters(bad(ofPod(spec)), those);
      if (!where) return undefined;
      const all = [ofPod(spec), ...those.map(contextOf)].map(options);
      const types = sorted(all.map(({ type = '' }) => type).filter((type) => !allowed.has(type)));
      const data = [
        ...(types.length > 0 ? [`${plural('type', 'types', types.length)} ${quoted(types)}`] : []),
        ...(all.some(({ user }) => user) ? ['user may not be set'] : []),
        ...(all.some(({ role }) => role) ? ['role may not be set'] : []),
      ];
      return { reason: 'seLinuxOptions', detail: `${where} set forbidden securityContext.seLinuxOptions: ${data.join('; ')}` };
    },
  };
}

function sysctls(since: number, until: number | undefined, allowed: readonly string[]): Check {
  return {
    id: 'sysctls',
    since,
    ...(until !== undefined && { until }),
    look({ spec }) {
      const bad = (ofPod(spec).sysctls ?? []).map(({ name }) => name).filter((name) => !allowed.includes(name));
      return bad.length > 0 ? { reason: 'forbidden sysctls', detail: bad.join(', ') } : undefined;
    },
  };
}
