import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { preparePodCreate } from '../defaults/pod.js';
import type { Pod } from '../types.js';
import { unsupportedPodFields, unsupportedPodWarnings } from './pod.js';
import { UNSUPPORTED } from './table.js';

/** A pod that was sent with `spec`. */
function created(spec: object): Pod {
  const metadata = { name: 'p', namespace: 'default' };
  const pod = structuredClone({ apiVersion: 'v1', kind: 'Pod', metadata, spec: { containers: [{ name: 'c', image: 'busybox' }], ...spec } }) as unknown as Pod;
  preparePodCreate(pod);
  return pod;
}

const told = (spec: object): string[] => unsupportedPodFields(created(spec)).map(({ field }) => field);
const container = (fields: object) => ({ containers: [{ name: 'c', image: 'busybox', ...fields }] });

describe('what a pod says and nothing acts on', () => {
  it.each([
    ['of a plain pod there is nothing', {}, []],
    ['of probes, hooks and volumes that are honoured there is nothing', {
      volumes: [{ name: 'a', emptyDir: { medium: 'Memory' } }, { name: 'b', configMap: { name: 'x' } }, { name: 'c', projected: { sources: [{ secret: { name: 'y' } }] } }],
      ...container({ readinessProbe: { httpGet: { port: 80 } }, livenessProbe: { grpc: { port: 80 } }, lifecycle: { preStop: { httpGet: { port: 1, scheme: 'HTTPS' } } }, ports: [{ containerPort: 80 }], securityContext: { runAsUser: 1, privileged: false } }),
      affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [] } } },
      tolerations: [{ key: 'a', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 5 }],
    }, []],
    ['probes of other hosts', container({ readinessProbe: { httpGet: { port: 80, host: 'example.com' } } }), ['spec.containers[0].readinessProbe.httpGet.host']],
    ['pod affinity', { affinity: { podAffinity: { x: [1] }, podAntiAffinity: { x: [1] } } }, ['spec.affinity.podAffinity', 'spec.affinity.podAntiAffinity']],
    ['spread', { topologySpreadConstraints: [{ maxSkew: 1 }] }, ['spec.topologySpreadConstraints']],
    ['addresses of the host', container({ ports: [{ containerPort: 80, hostPort: 8080, hostIP: '127.0.0.2' }] }), ['spec.containers[0].ports[0].hostIP']],
    ['the network of the host, once', { hostNetwork: true, ...container({ ports: [{ containerPort: 80 }] }) }, ['spec.hostNetwork']],
    ['namespaces of the host', { hostPID: true, hostIPC: true, hostUsers: false }, ['spec.hostPID', 'spec.hostIPC', 'spec.hostUsers']],
    ['what a pod asks for its security', { securityContext: { fsGroup: 1, fsGroupChangePolicy: 'Always', runAsUser: 2, sysctls: [] } }, ['spec.securityContext.fsGroupChangePolicy']],
    ['what a container asks for its security', container({ securityContext: { privileged: true, capabilities: { add: ['NET_ADMIN'] } } }), ['spec.containers[0].securityContext.privileged', 'spec.containers[0].securityContext.capabilities']],
    ['seccomp, unless it is to be off', { securityContext: { seccompProfile: { type: 'RuntimeDefault' } }, ...container({ securityContext: { seccompProfile: { type: 'Unconfined' }, allowPrivilegeEscalation: false } }) }, ['spec.securityContext.seccompProfile']],
    ['volumes of other types', { volumes: [{ name: 'v', nfs: { server: 's', path: '/' } }] }, ['spec.volumes[0].nfs']],
    ['tokens in projected volumes', { volumes: [{ name: 'v', projected: { sources: [{ serviceAccountToken: { path: 't' } }] } }] }, ['spec.volumes[0].projected.sources[0].serviceAccountToken']],
    ['limits, once a pod', { containers: [{ name: 'c', resources: { requests: { cpu: '1' } } }, { name: 'd', resources: { limits: { memory: '1Gi', cpu: '1' } } }, { name: 'e', resources: { limits: { cpu: '1' } } }] }, ['spec.containers[1].resources.limits.cpu']],
    ['nothing of a memory limit, which is kept', { containers: [{ name: 'c', resources: { limits: { memory: '1Gi' } } }] }, []],
    ['hooks that cannot run', container({ lifecycle: { postStart: { tcpSocket: { port: 1 } }, preStop: { httpGet: { port: 1, host: 'example.com' } } } }), ['spec.containers[0].lifecycle.postStart.tcpSocket', 'spec.containers[0].lifecycle.preStop.httpGet.host']],
    ['other schedulers', { schedulerName: 'mine' }, ['spec.schedulerName']],
    ['runtime classes', { runtimeClassName: 'r', overhead: { cpu: '1' } }, ['spec.runtimeClassName']],
    ['service accounts', { serviceAccountName: 'robot' }, ['spec.serviceAccountName']],
    ['no service account that is not to be mounted', { serviceAccountName: 'robot', automountServiceAccountToken: false }, []],
    ['what init containers say', { initContainers: [{ name: 'i', image: 'a', volumeDevices: [{ name: 'v', devicePath: '/dev/x' }] }] }, ['spec.initContainers[0].volumeDevices']],
  ] as [string, object, string[]][])('%s', (_what, spec, fields) => {
    expect(told(spec).sort()).toEqual(fields.sort());
  });

  it('is told with what happens instead, in characters that a header can carry', () => {
    expect(unsupportedPodWarnings(created({ topologySpreadConstraints: [{ maxSkew: 1 }] }))).toEqual(['spec.topologySpreadConstraints: the scheduler does not look at this yet']);
    for (const { message } of UNSUPPORTED) expect(message).toMatch(/^[ -~]+$/);
  });

  it('stands in docs/differences.md, field by field', () => {
    const documented = readFileSync('docs/differences.md', 'utf8');
    expect(UNSUPPORTED.map(({ path }) => `\`${path}\``).filter((path) => !documented.includes(path))).toEqual([]);
  });
});
