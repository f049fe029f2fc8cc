import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { failedSandbox } from '#lifecycle';
import { containersOf } from '#objects';
import type { Pod } from '#objects';
import type { ContainerRuntime, PodSandboxConfig } from '#runtime';
import { KubeletError, messageOf } from '../errors.js';
import type { PodRecord } from '../pods/pod-record.js';

export interface SandboxSettings {
  dataDir: string;
  clusterDNS: string;
  clusterDomain: string;
}

/** Source: BuildPodLogsDirectory in pkg/kubelet/kuberuntime/helpers.go. */
export const podLogDirectory = (dataDir: string, namespace: string, name: string, uid: string): string =>
  join(dataDir, 'logs', `${namespace}_${name}_${uid}`);

export function sandboxConfig(record: PodRecord, attempt: number, settings: SandboxSettings): PodSandboxConfig {
  const { pod } = record;
  const { name, namespace, uid } = pod.metadata;
  const { hostname, domain } = podHostname(pod, settings.clusterDomain);
  const ports = pod.spec.hostNetwork ? [] : hostPorts(pod);
  return {
    metadata: { namespace, name, uid, attempt },
    hostname,
    logDirectory: podLogDirectory(settings.dataDir, namespace, name, uid),
    dns: podDNS(pod, settings),
    hostAliases: pod.spec.hostAliases?.map((alias) => ({ ip: alias.ip ?? '', hostnames: alias.hostnames ?? [] })),
    pid: pod.spec.hostPID ? 'NODE' : pod.spec.shareProcessNamespace ? 'POD' : 'CONTAINER',
    network: pod.spec.hostNetwork ? 'NODE' : 'POD',
    ...(domain && { domain }),
    ...(ports.length > 0 && { portMappings: ports }),
    labels: {
      ...pod.metadata.labels,
      'io.kubernetes.pod.name': name,
      'io.kubernetes.pod.namespace': namespace,
      'io.kubernetes.pod.uid': uid,
    },
    annotations: {},
    clock: record.clock.definition,
  };
}

/** What the kernel takes for a host's name. Source: fqdnMaxLen in pkg/kubelet/util/util.go. */
const LONGEST_FQDN = 64;

/** Source: GeneratePodHostNameAndDomain in pkg/kubelet/kubelet_pods.go, GetNodenameForKernel in pkg/kubelet/util. @throws KubeletError CONFIG */
function podHostname({ metadata, spec }: Pod, clusterDomain: string): { hostname: string; domain: string } {
  if (spec.hostnameOverride) return { hostname: spec.hostnameOverride, domain: '' };
  const hostname = spec.hostname || metadata.name.slice(0, 63).replace(/[-.]+$/, '');
  const domain = spec.subdomain ? `${spec.subdomain}.${metadata.namespace}.svc.${clusterDomain}` : '';
  if (!spec.setHostnameAsFQDN || !domain) return { hostname, domain };
  const fqdn = `${hostname}.${domain}`;
  if (fqdn.length <= LONGEST_FQDN) return { hostname: fqdn, domain };
  const size = `(${LONGEST_FQDN} characters is the max, ${fqdn.length} characters requested)`;
  throw new KubeletError('CONFIG', `failed to construct FQDN from pod hostname and cluster domain, FQDN ${fqdn} is too long ${size}`);
}

function hostPorts(pod: Pod): NonNullable<PodSandboxConfig['portMappings']> {
  const containers = [...containersOf(pod.spec)].flatMap(({ container }) => container.ports ?? []);
  return containers.flatMap(({ protocol = 'TCP', hostPort, containerPort }) => (hostPort ? [{ protocol, hostPort, containerPort }] : []));
}

/** Source: GetPodDNS in pkg/kubelet/network/dns/dns.go. ClusterFirst on the host's network without ...WithHostNet means the host's resolver. */
function podDNS(pod: Pod, settings: SandboxSettings): PodSandboxConfig['dns'] {
  const { dnsConfig, dnsPolicy = 'ClusterFirst', hostNetwork } = pod.spec;
  const cluster = dnsPolicy === 'ClusterFirstWithHostNet' || (dnsPolicy === 'ClusterFirst' && !hostNetwork);
  const domain = settings.clusterDomain;
  const base = cluster
    ? {
        servers: [settings.clusterDNS],
        searches: [`${pod.metadata.namespace}.svc.${domain}`, `svc.${domain}`, domain],
        options: ['ndots:5'],
      }
    : dnsPolicy === 'None'
      ? { servers: [], searches: [], options: [] }
      : hostDNS();
  if (!dnsConfig) return base;
  const options = new Map(base.options.map((option) => [option.split(':')[0], option]));
  for (const option of dnsConfig.options ?? []) options.set(option.name ?? '', option.value === undefined ? `${option.name}` : `${option.name}:${option.value}`);
  return {
    servers: [...new Set([...base.servers, ...(dnsConfig.nameservers ?? [])])],
    searches: [...new Set([...base.searches, ...(dnsConfig.searches ?? [])])],
    options: [...options.values()],
  };
}

function hostDNS(): PodSandboxConfig['dns'] {
  const dns: PodSandboxConfig['dns'] = { servers: [], searches: [], options: [] };
  let text: string;
  try {
    text = readFileSync('/etc/resolv.conf', 'utf8');
  } catch {
    return dns; // A machine without a resolver: pods that ask for its settings get none.
  }
  for (const line of text.split('\n')) {
    const [word, ...rest] = line.trim().split(/\s+/);
    if (word === 'nameserver' && rest[0]) dns.servers.push(rest[0]);
    if (word === 'search') dns.searches = rest;
    if (word === 'options') dns.options = rest;
  }
  return dns;
}

/** Makes the pod's sandbox. A failure is an event and is thrown: the sync is tried again, later and later. */
export async function createSandbox(runtime: ContainerRuntime, record: PodRecord, attempt: number, settings: SandboxSettings): Promise<void> {
  try {
    await runtime.runPodSandbox(sandboxConfig(record, attempt, settings));
  } catch (error) {
    record.event(failedSandbox(messageOf(error)));
    throw error;
  }
}
