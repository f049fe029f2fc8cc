import type { PodSandboxConfig } from '#runtime';

/** A pod's /etc/hosts. Source: managedHostsFileContent in pkg/kubelet/kubelet_pods.go. */
export function hostsFile({ hostname, domain, hostAliases = [] }: Pick<PodSandboxConfig, 'hostname' | 'domain' | 'hostAliases'>, ip: string): string {
  const short = domain && hostname.endsWith(`.${domain}`) ? hostname.slice(0, -domain.length - 1) : hostname;
  const lines = [
    '# Kubernetes-managed hosts file.',
    '127.0.0.1\tlocalhost',
    '::1\tlocalhost ip6-localhost ip6-loopback',
    'fe00::0\tip6-localnet',
    'fe00::0\tip6-mcastprefix',
    'fe00::1\tip6-allnodes',
    'fe00::2\tip6-allrouters',
    `${ip || '127.0.0.1'}\t${domain ? `${short}.${domain}\t${short}` : hostname}`,
  ];
  if (hostAliases.length > 0) lines.push('', '# Entries added by HostAliases.', ...hostAliases.map((alias) => [alias.ip, ...alias.hostnames].join('\t')));
  return `${lines.join('\n')}\n`;
}
