import { describe, expect, it } from '@jest/globals';
import { preparePodCreate } from '../defaults/pod.js';
import type { Pod } from '../types.js';
import { podSecurity, podSecurityLabelCauses } from './pod-security.js';

const PREFIX = 'pod-security.kubernetes.io/';

function podOf(spec: object, annotations?: Record<string, string>): Pod {
  const pod = structuredClone({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', namespace: 'default', annotations }, spec: { containers: [{ name: 'a', image: 'x' }], ...spec } }) as unknown as Pod;
  preparePodCreate(pod);
  return pod;
}

const enforced = (level: string, spec: object, version = 'latest', annotations?: Record<string, string>) =>
  podSecurity({ [`${PREFIX}enforce`]: level, [`${PREFIX}enforce-version`]: version }, podOf(spec, annotations)).refused?.replace(`violates PodSecurity "${level}:${version}": `, '');
const container = (securityContext: object, more: object = {}) => ({ containers: [{ name: 'a', image: 'x', securityContext, ...more }] });
const safe = { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] }, runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } };

describe('baseline', () => {
  it.each<[string, object, string | undefined]>([
    ['lets a plain pod in', {}, undefined],
    ['keeps to default capabilities', container({ capabilities: { add: ['NET_ADMIN', 'CHOWN'] } }), 'non-default capabilities (container "a" must not include "NET_ADMIN" in securityContext.capabilities.add)'],
    ['shares nothing with the host', { hostNetwork: true, hostPID: true, hostIPC: true }, 'host namespaces (hostNetwork=true, hostPID=true, hostIPC=true)'],
    ['mounts nothing of the host', { volumes: [{ name: 'h', hostPath: { path: '/' } }] }, 'hostPath volumes (volume "h")'],
    ['opens no ports of the host', container({}, { ports: [{ containerPort: 1, hostPort: 80 }] }), 'hostPort (container "a" uses hostPort 80)'],
    ['probes no other host', container({}, { livenessProbe: { httpGet: { port: 80, host: 'example.com' } } }), 'probe or lifecycle host (container "a" uses probe or lifecycle host "example.com")'],
    ['is not privileged', container({ privileged: true }), 'privileged (container "a" must not set securityContext.privileged=true)'],
    ['has proc masked', container({ procMount: 'Unmasked' }), 'procMount (container "a" must not set securityContext.procMount to "Unmasked")'],
    ['chooses no SELinux user', { securityContext: { seLinuxOptions: { type: 'x', user: 'u' } } }, 'seLinuxOptions (pod set forbidden securityContext.seLinuxOptions: type "x"; user may not be set)'],
    ['is confined by seccomp', container({ seccompProfile: { type: 'Unconfined' } }), 'seccompProfile (container "a" must not set securityContext.seccompProfile.type to "Unconfined")'],
    ['is confined by AppArmor', { securityContext: { appArmorProfile: { type: 'Unconfined' } } }, 'forbidden AppArmor profile (pod must not set AppArmor profile type to "Unconfined")'],
    ['sets safe sysctls', { securityContext: { sysctls: [{ name: 'kernel.msgmax', value: '1' }] } }, 'forbidden sysctls (kernel.msgmax)'],
  ])('%s', (_sentence, spec, expected) => {
    expect(enforced('baseline', spec)).toBe(expected);
  });

  it('is what it was in the version that is asked for', () => {
    const probe = container({}, { livenessProbe: { httpGet: { port: 80, host: 'example.com' } } });
    expect([enforced('baseline', probe, 'v1.33'), enforced('baseline', probe, 'v1.34')]).toEqual([undefined, expect.stringContaining('probe or lifecycle host')]);
    const sysctls = { securityContext: { sysctls: [{ name: 'net.ipv4.tcp_rmem', value: '1' }] } };
    expect([enforced('baseline', sysctls, 'v1.31'), enforced('baseline', sysctls, 'v1.32')]).toEqual(['forbidden sysctls (net.ipv4.tcp_rmem)', undefined]);
  });
});

describe('restricted', () => {
  it.each<[string, object, string | undefined]>([
    ['lets a careful pod in', container(safe), undefined],
    [
      'tells all that a plain pod lacks',
      {},
      'allowPrivilegeEscalation != false (container "a" must set securityContext.allowPrivilegeEscalation=false), unrestricted capabilities (container "a" must set securityContext.capabilities.drop=["ALL"]), runAsNonRoot != true (pod or container "a" must set securityContext.runAsNonRoot=true), seccompProfile (pod or container "a" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")',
    ],
    ['lets the pod say it for its containers', { securityContext: { runAsNonRoot: true, seccompProfile: { type: 'Localhost', localhostProfile: 'x' } }, ...container({ allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } }) }, undefined],
    ['is not root', container({ ...safe, runAsUser: 0 }), 'runAsUser=0 (container "a" must not set runAsUser=0)'],
    ['mounts volumes of few types', { volumes: [{ name: 'h', hostPath: { path: '/' } }], ...container(safe) }, 'restricted volume types (volume "h" uses restricted volume type "hostPath")'],
    ['adds one capability', container({ ...safe, capabilities: { drop: ['ALL'], add: ['NET_BIND_SERVICE', 'CHOWN'] } }), 'unrestricted capabilities (container "a" must not include "CHOWN" in securityContext.capabilities.add)'],
  ])('%s', (_sentence, spec, expected) => {
    expect(enforced('restricted', spec)).toBe(expected);
  });

  it('looks at init containers too', () => {
    expect(enforced('restricted', { initContainers: [{ name: 'i', image: 'x' }], ...container(safe) })).toMatch(/container "i" must set securityContext.allowPrivilegeEscalation=false/);
  });
});

describe('the labels', () => {
  it('have few values', () => {
    const causes = podSecurityLabelCauses({ [`${PREFIX}enforce`]: 'strict', [`${PREFIX}warn-version`]: '1.30', [`${PREFIX}audit`]: 'baseline' });
    expect(causes.map(({ field, message }) => `${field}: ${message}`)).toEqual([
      'metadata.labels[pod-security.kubernetes.io/enforce]: Invalid value: "strict": must be one of privileged, baseline, restricted',
      'metadata.labels[pod-security.kubernetes.io/warn-version]: Invalid value: "1.30": must be "latest" or "v1.x"',
    ]);
  });

  it('may be missing', () => {
    expect(podSecurity({}, podOf({ hostNetwork: true }))).toEqual({});
  });
});
