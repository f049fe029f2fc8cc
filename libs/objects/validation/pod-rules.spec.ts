/** Rules beyond the common ones: a manifest, and what the API server tells of it. */
import { describe, expect, it } from '@jest/globals';
import { preparePodCreate } from '../defaults/pod.js';
import type { Container, Pod } from '../types.js';
import { validatePod, validatePodCreate } from './pod.js';

const app: Container = { name: 'app', image: 'busybox' };

function causesOf(spec: object, annotations?: Record<string, string>): string[] {
  const metadata = { name: 'p', namespace: 'default', ...(annotations && { annotations }) };
  const pod = structuredClone({ apiVersion: 'v1', kind: 'Pod', metadata, spec: { containers: [app], ...spec } }) as unknown as Pod;
  preparePodCreate(pod);
  return [...validatePod(pod), ...validatePodCreate(pod)].map(({ reason, field, message }) => `${reason.slice('FieldValue'.length)} ${field}: ${message}`);
}

const container = (more: object) => ({ containers: [{ ...app, ...more }] });
const security = (securityContext: object) => container({ securityContext });
const volume = (source: object) => ({ volumes: [{ name: 'v', ...source }] });
const projected = (...sources: object[]) => volume({ projected: { sources } });
const required = (...nodeSelectorTerms: object[]) => ({ affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } } } });
const NODE = 'spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms';
const anti = (term: object) => ({ affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } } });
const ANTI = 'spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[0]';
const spread = (more: object) => ({ topologySpreadConstraints: [{ maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule', ...more }] });
const SPREAD = 'spec.topologySpreadConstraints[0]';

type Case = [sentence: string, spec: object, expected: string[]];

describe.each<[string, Case[]]>([
  ['the order of causes', [
    ['is that of the API server: volumes, containers with what each has, the pod, images last', {
      restartPolicy: 'x',
      hostNetwork: true,
      hostUsers: false,
      nodeName: 'N',
      tolerations: [{ operator: 'Equal', value: 'x' }],
      os: { name: 'plan9' },
      volumes: [{ name: 'V', emptyDir: {} }],
      initContainers: [{ name: 'b', image: ' i', terminationMessagePolicy: 'Log', livenessProbe: { exec: { command: ['x'] } } }],
      containers: [
        { name: 'b', image: ' a', imagePullPolicy: 'Now', resources: { limits: { cpu: '-1' } }, env: [{ name: '' }], volumeMounts: [{ name: 'no', mountPath: '/x' }], ports: [{ containerPort: 80, hostPort: 81 }], securityContext: { runAsUser: -1 }, livenessProbe: { exec: {} }, lifecycle: { preStop: {} } },
        { name: 'b', image: '', ports: [{ containerPort: 81, hostPort: 81 }] },
      ],
    }, [
      'Invalid spec.volumes[0].name',
      'Required spec.containers[0].env[0].name',
      'NotFound spec.containers[0].volumeMounts[0].name',
      'NotSupported spec.containers[0].imagePullPolicy',
      'Invalid spec.containers[0].resources.limits[cpu]',
      'Invalid spec.containers[0].resources.requests[cpu]',
      'Invalid spec.containers[0].securityContext.runAsUser',
      'Required spec.containers[0].lifecycle.preStop',
      'Required spec.containers[0].livenessProbe.exec.command',
      'Required spec.containers[1].image',
      'Duplicate spec.containers[1].name',
      'Duplicate spec.containers[1].ports[0].hostPort',
      'NotSupported spec.initContainers[0].terminationMessagePolicy: Unsupported value: "Log": supported values: "File", "FallbackToLogsOnError"',
      'Duplicate spec.initContainers[0].name',
      'Forbidden spec.initContainers[0].livenessProbe',
      'Invalid spec.containers[0].ports[0].hostPort: Invalid value: 81: must match `containerPort` when `hostNetwork` is true',
      'NotSupported spec.restartPolicy',
      'Forbidden spec.hostNetwork',
      'Invalid spec.nodeName',
      'Invalid spec.tolerations[0].operator',
      'NotSupported spec.os',
      'Invalid spec.containers[0].image: Invalid value: " a": must not have leading or trailing whitespace',
      'Invalid spec.initContainers[0].image: Invalid value: " i": must not have leading or trailing whitespace',
    ]],
  ]],
  ['handlers', [
    ['of two the first is looked into', container({ livenessProbe: { exec: {}, httpGet: {} } }), ['Required spec.containers[0].livenessProbe.exec.command: Required value', 'Forbidden spec.containers[0].livenessProbe.httpGet: Forbidden: may not specify more than 1 handler type']],
    ['a port that is left out is none', container({ livenessProbe: { httpGet: {} } }), ['Invalid spec.containers[0].livenessProbe.httpGet.port: Invalid value: 0: must be between 1 and 65535, inclusive']],
    ['a readiness probe kills nothing', container({ readinessProbe: { tcpSocket: { port: 1 }, terminationGracePeriodSeconds: 0 } }), ['Invalid spec.containers[0].readinessProbe.terminationGracePeriodSeconds: Invalid value: 0: must be greater than 0', 'Invalid spec.containers[0].readinessProbe.terminationGracePeriodSeconds: Invalid value: 0: must not be set for readinessProbes']],
  ]],
  ['host ports', [
    ['of init containers are theirs alone', { initContainers: [{ name: 'i', image: 'a', ports: [{ containerPort: 1, hostPort: 8080 }] }, { name: 's', image: 'a', restartPolicy: 'Always', ports: [{ containerPort: 1, hostPort: 8080 }] }], ...container({ ports: [{ containerPort: 1, hostPort: 8080 }] }) }, []],
    ['of one init container differ; the path is always the first one\'s', { initContainers: [{ name: 'i', image: 'a' }, { name: 'j', image: 'a', ports: [{ containerPort: 1, hostPort: 8080 }, { containerPort: 2, hostPort: 8080 }] }] }, ['Duplicate spec.initContainers[0].ports[1].hostPort: Duplicate value: "TCP//8080"']],
  ]],
  ['windows', [
    ['processes of the host are all or none, on its network', { os: { name: 'windows' }, containers: [{ ...app, securityContext: { windowsOptions: { hostProcess: true } } }, { ...app, name: 'b' }] }, ['Invalid spec: Invalid value: "": If pod contains any hostProcess containers then all containers must be HostProcess containers', 'Invalid spec.hostNetwork: Invalid value: false: hostNetwork must be true if pod contains any hostProcess containers']],
    ['containers say of them what the pod says', { hostNetwork: true, securityContext: { windowsOptions: { hostProcess: true } }, ...security({ windowsOptions: { hostProcess: false } }) }, ['Invalid spec.containers[0].securityContext.windowsOptions.hostProcess: Invalid value: false: pod hostProcess value must be identical if both are specified, was true']],
    ['has nothing of linux, in the order of the API server', { os: { name: 'windows' }, hostPID: true, shareProcessNamespace: false, securityContext: { fsGroup: 1, runAsUser: 1, seLinuxOptions: {} } }, ['seLinuxOptions', 'hostPID', 'fsGroup', 'shareProcessNamespace', 'runAsUser'].map((field) => `Forbidden spec.${field.startsWith('h') || field.startsWith('sh') ? '' : 'securityContext.'}${field}: Forbidden: cannot be set for a windows pod`)],
  ]],
  ['node affinity', [
    ['needs a term', required(), [`Required ${NODE}: Required value: must have at least one node selector term`]],
    ['In needs values', required({ matchExpressions: [{ key: 'a', operator: 'In' }] }), [`Required ${NODE}[0].matchExpressions[0].values: Required value: must be specified when \`operator\` is 'In' or 'NotIn'`]],
    ['Exists takes none', required({ matchExpressions: [{ key: 'a', operator: 'Exists', values: ['x'] }] }), [`Forbidden ${NODE}[0].matchExpressions[0].values: Forbidden: may not be specified when \`operator\` is 'Exists' or 'DoesNotExist'`]],
    ['Gt takes one', required({ matchExpressions: [{ key: 'a', operator: 'Gt', values: ['1', '2'] }] }), [`Required ${NODE}[0].matchExpressions[0].values: Required value: must be specified single value when \`operator\` is 'Lt' or 'Gt'`]],
    ['knows its operators', required({ matchExpressions: [{ key: 'a', operator: 'Like', values: ['x'] }] }), [`Invalid ${NODE}[0].matchExpressions[0].operator: Invalid value: "Like": not a valid selector operator`]],
    ['matches one field', required({ matchFields: [{ key: 'metadata.uid', operator: 'In', values: ['x'] }] }), [`Invalid ${NODE}[0].matchFields[0].key: Invalid value: "metadata.uid": not a valid field selector key`]],
    ['weighs from 1 to 100', { affinity: { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 101, preference: {} }] } } }, ['Invalid spec.affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].weight: Invalid value: 101: must be in the range 1-100']],
  ]],
  ['pod affinity', [
    ['is sound', anti({ topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { app: 'x' } } }), []],
    ['needs a topology', anti({ labelSelector: {} }), [`Required ${ANTI}.topologyKey: Required value: can not be empty`, `Invalid ${ANTI}.topologyKey: Invalid value: "": name part must be non-empty`, `Invalid ${ANTI}.topologyKey: Invalid value: "": name part must consist of`]],
    ['has a sound selector', anti({ topologyKey: 'zone', labelSelector: { matchExpressions: [{ key: 'a', operator: 'In' }] } }), [`Required ${ANTI}.labelSelector.matchExpressions[0].values: Required value: must be specified when`]],
    ['names namespaces', anti({ topologyKey: 'zone', namespaces: ['No'] }), [`Invalid ${ANTI}.namespace: Invalid value: "No": a lowercase RFC 1123 label`]],
  ]],
  ['topology spread', [
    ['is sound', spread({ minDomains: 2, labelSelector: { matchLabels: { a: 'b' } }, matchLabelKeys: ['c'] }), []],
    ['skews by at least one', spread({ maxSkew: 0 }), [`Invalid ${SPREAD}.maxSkew: Invalid value: 0: must be greater than zero`]],
    ['knows two actions', spread({ whenUnsatisfiable: 'Hope' }), [`NotSupported ${SPREAD}.whenUnsatisfiable: Unsupported value: "Hope": supported values: "DoNotSchedule", "ScheduleAnyway"`]],
    ['has domains only where it refuses', spread({ whenUnsatisfiable: 'ScheduleAnyway', minDomains: 1 }), [`Invalid ${SPREAD}.minDomains: Invalid value: 1: can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ScheduleAnyway`]],
    ['has keys only with a selector', spread({ matchLabelKeys: ['a'] }), [`Forbidden ${SPREAD}.matchLabelKeys: Forbidden: must not be specified when labelSelector is not set`]],
  ]],
  ['security of the pod', [
    ['groups are ids', { securityContext: { fsGroup: -1, supplementalGroups: [1, -2] } }, ['Invalid spec.securityContext.fsGroup: Invalid value: -1: must be between 0 and 2147483647, inclusive', 'Invalid spec.securityContext.supplementalGroups[1]: Invalid value: -2: must be between']],
    ['sysctls have a form, and are named once', { securityContext: { sysctls: [{ name: 'a..b', value: '' }, { name: 'net.a', value: '' }, { name: 'net.a', value: '' }] } }, ['Invalid spec.securityContext.sysctls[0].name: Invalid value: "a..b": must have at most 253 characters and match regex', 'Duplicate spec.securityContext.sysctls[2].name: Duplicate value: "net.a"']],
    ['sysctls of the host are the host\'s', { hostNetwork: true, securityContext: { sysctls: [{ name: 'net.core.somaxconn', value: '1' }] } }, ["Invalid spec.securityContext.sysctls[0].name: Invalid value: \"net.core.somaxconn\": may not be specified when 'hostNetwork' is true"]],
    ['the policy of changing groups is one of two', { securityContext: { fsGroupChangePolicy: 'Never' } }, ['NotSupported spec.securityContext.fsGroupChangePolicy: Unsupported value: "Never": supported values: "Always", "OnRootMismatch"']],
    ['a user namespace shares nothing with the host', { hostUsers: false, hostNetwork: true }, ['Forbidden spec.hostNetwork: Forbidden: when `pod.Spec.HostUsers` is false']],
    ['linux has no windows options', { os: { name: 'linux' }, securityContext: { windowsOptions: {} } }, ['Forbidden spec.securityContext.windowsOptions: Forbidden: windows options cannot be set for a linux pod']],
    ['an operating system is one of two', { os: { name: 'plan9' } }, ['NotSupported spec.os: Unsupported value: "plan9": supported values: "linux", "windows"']],
  ]],
  ['security of a container', [
    ['users are ids', security({ runAsUser: -1 }), ['Invalid spec.containers[0].securityContext.runAsUser: Invalid value: -1: must be between 0 and 2147483647, inclusive']],
    ['privileged escalates', security({ privileged: true, allowPrivilegeEscalation: false }), ['Invalid spec.containers[0].securityContext: Invalid value: {"privileged":true,"allowPrivilegeEscalation":false}: cannot set `allowPrivilegeEscalation` to false and `privileged` to true']],
    ['so does CAP_SYS_ADMIN', security({ capabilities: { add: ['CAP_SYS_ADMIN'] }, allowPrivilegeEscalation: false }), ['Invalid spec.containers[0].securityContext: Invalid value: {"capabilities":{"add":["CAP_SYS_ADMIN"]},"allowPrivilegeEscalation":false}: cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN']],
    ['a seccomp profile has a type', security({ seccompProfile: {} }), ['Required spec.containers[0].securityContext.seccompProfile.type: Required value: type is required when seccompProfile is set']],
    ['Localhost names a profile', security({ seccompProfile: { type: 'Localhost' } }), ['Required spec.containers[0].securityContext.seccompProfile.localhostProfile: Required value: must be set when seccomp type is Localhost']],
    ['the others name none', security({ seccompProfile: { type: 'Unconfined', localhostProfile: 'x' } }), ['Invalid spec.containers[0].securityContext.seccompProfile.localhostProfile: Invalid value: {"type":"Unconfined","localhostProfile":"x"}: can only be set when seccomp type is Localhost']],
    ['procMount Unmasked needs a user namespace', security({ procMount: 'Unmasked' }), ['Invalid spec.containers[0].securityContext.procMount: Invalid value: "Unmasked": `hostUsers` must be false to use `Unmasked`']],
  ]],
  ['DNS', [
    ['None needs a configuration', { dnsPolicy: 'None' }, ['Required spec.dnsConfig: Required value: must provide `dnsConfig` when `dnsPolicy` is None']],
    ['None needs a server', { dnsPolicy: 'None', dnsConfig: {} }, ['Required spec.dnsConfig.nameservers: Required value: must provide at least one DNS nameserver when `dnsPolicy` is None']],
    ['takes three servers', { dnsConfig: { nameservers: ['1.1.1.1', '1.1.1.2', '1.1.1.3', '1.1.1.4'] } }, ['Invalid spec.dnsConfig.nameservers: Invalid value: ["1.1.1.1","1.1.1.2","1.1.1.3","1.1.1.4"]: must not have more than 3 nameservers']],
    ['servers are addresses', { dnsConfig: { nameservers: ['x'] } }, ['Invalid spec.dnsConfig.nameservers[0]: Invalid value: "x": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)']],
    ['searches may have underscores and dots', { dnsConfig: { searches: ['_srv.example.com.', '.'] } }, []],
  ]],
  ['gates', [
    ['are named once', { schedulingGates: [{ name: 'a/b' }, { name: 'a/b' }] }, ['Duplicate spec.schedulingGates[1]: Duplicate value: "a/b"']],
    ['keep the pod from a node', { schedulingGates: [{ name: 'a/b' }], nodeName: 'n' }, ['Forbidden spec.nodeName: Forbidden: cannot be set until all schedulingGates have been cleared']],
  ]],
  ['resources', [
    ['claims are declared', container({ resources: { claims: [{ name: 'gpu' }] } }), ['NotFound spec.containers[0].resources.claims[0]: Not found: "gpu": must be one of the names in pod.spec.resourceClaims which is empty']],
    ['extended resources are whole', container({ resources: { limits: { 'example.com/gpu': '500m' } } }), ['Invalid spec.containers[0].resources.limits[example.com/gpu]: Invalid value: "500m": must be an integer', 'Invalid spec.containers[0].resources.requests[example.com/gpu]']],
    ['extended resources are not overcommitted', container({ resources: { requests: { 'example.com/gpu': '1' }, limits: { 'example.com/gpu': '2' } } }), ['Invalid spec.containers[0].resources.requests: Invalid value: "1": must be equal to example.com/gpu limit of 2']],
    ['extended resources have limits', container({ resources: { requests: { 'example.com/gpu': '1' } } }), ['Required spec.containers[0].resources.limits: Required value: Limit must be set for non overcommitable resources']],
    ['huge pages go with cpu or memory', container({ resources: { limits: { 'hugepages-2Mi': '4Mi' } } }), ['Forbidden spec.containers[0].resources: Forbidden: HugePages require cpu or memory']],
    ['huge pages are whole', container({ resources: { limits: { cpu: '1', 'hugepages-2Mi': '3Mi' } } }), ['Invalid spec.containers[0].resources.limits[hugepages-2Mi]: Invalid value: "3Mi": 3Mi is not positive integer multiple of hugepages-2Mi', 'Invalid spec.containers[0].resources.requests[hugepages-2Mi]']],
    ['the pod asks for no less than its containers', { resources: { requests: { cpu: '1' } }, ...container({ resources: { requests: { cpu: '2' } } }) }, ['Invalid spec.resources.requests[cpu]: Invalid value: "1": must be greater than or equal to aggregate container requests of 2']],
    ['the pod limits each of its containers', { resources: { limits: { cpu: '1' }, requests: { cpu: '1' } }, ...container({ resources: { requests: { cpu: '1' }, limits: { cpu: '2' } } }) }, ['Invalid spec.resources.containers[0][cpu].limits: Invalid value: "2": must be less than or equal to pod limits of 1']],
    ['the pod knows few resources', { resources: { limits: { 'ephemeral-storage': '1Gi' } } }, ['NotSupported spec.resources.limits[ephemeral-storage]: Unsupported value: "ephemeral-storage": supported values: "cpu", "hugepages-*", "memory"']],
    ['a resize policy is for cpu or memory', container({ resizePolicy: [{ resourceName: 'gpu', restartPolicy: 'NotRequired' }] }), ['NotSupported spec.containers[0].resizePolicy: Unsupported value: "gpu": supported values: "cpu", "memory"']],
    ['no resize restarts what never restarts', { restartPolicy: 'Never', ...container({ resizePolicy: [{ resourceName: 'cpu', restartPolicy: 'RestartContainer' }] }) }, ["Invalid spec.containers[0].resizePolicy: Invalid value: \"RestartContainer\": must be 'NotRequired' when `restartPolicy` is 'Never'"]],
  ]],
  ['restart rules', [
    ['need a policy', container({ restartPolicyRules: [{ action: 'Restart', exitCodes: { operator: 'In', values: [1] } }] }), ['Required spec.containers[0].restartPolicy: Required value: must specify restartPolicy when restart rules are used']],
    ['need exit codes', container({ restartPolicy: 'Never', restartPolicyRules: [{ action: 'Restart' }] }), ['Required spec.containers[0].restartPolicyRules[0].exitCodes: Required value: must be specified']],
    ['are at most 20', container({ restartPolicy: 'Never', restartPolicyRules: Array.from({ length: 21 }, () => ({ action: 'Restart', exitCodes: { operator: 'In', values: [1] } })) }), ['TooMany spec.containers[0].restartPolicyRules: Too many: 21: must have at most 20 items']],
  ]],
  ['volumes', [
    ['paths of files stay inside', volume({ configMap: { name: 'c', items: [{ key: 'k', path: '../x' }] } }), ["Invalid spec.volumes[0].configMap.items[0].path: Invalid value: \"../x\": must not contain '..'"]],
    ['no file is called as the kubelet calls its own', volume({ secret: { secretName: 's', items: [{ key: 'k', path: '..data' }] } }), ["Invalid spec.volumes[0].secret.items[0].path: Invalid value: \"..data\": must not start with '..'"]],
    ['two sources do not write one file', projected({ configMap: { name: 'c', items: [{ key: 'k', path: 'f' }] } }, { secret: { name: 's', items: [{ key: 'k', path: 'f' }] } }), ['Invalid spec.volumes[0].projected: Invalid value: "s": conflicting duplicate paths']],
    ['a token lives for ten minutes', projected({ serviceAccountToken: { path: 't', expirationSeconds: 599 } }), ['Invalid spec.volumes[0].projected.sources[0].serviceAccountToken.expirationSeconds: Invalid value: 599: may not specify a duration less than 10 minutes']],
    ['a source is of one type', projected({ configMap: { name: 'c' }, secret: { name: 's' } }), ['Forbidden spec.volumes[0].projected.sources[0]: Forbidden: may not specify more than 1 volume type per source']],
    ['a share has a server and a path', volume({ nfs: { server: '', path: 'x' } }), ['Required spec.volumes[0].nfs.server: Required value', 'Invalid spec.volumes[0].nfs.path: Invalid value: "x": must be an absolute path']],
    ['a claim made for the pod says what it needs', volume({ ephemeral: { volumeClaimTemplate: { spec: { accessModes: ['Some'] } } } }), ['NotSupported spec.volumes[0].ephemeral.volumeClaimTemplate.spec.accessModes: Unsupported value: "Some"', 'Required spec.volumes[0].ephemeral.volumeClaimTemplate.spec.resources[storage]: Required value']],
    ['a resource in a file has a container and a fitting unit', volume({ downwardAPI: { items: [{ path: 'c', resourceFieldRef: { resource: 'limits.cpu' } }, { path: 'd', resourceFieldRef: { containerName: 'app', resource: 'limits.cpu', divisor: '2' } }] } }), ['Required spec.volumes[0].downwardAPI.items[0].resourceFieldRef.containerName: Required value', "Invalid spec.volumes[0].downwardAPI.items[1].resourceFieldRef.divisor: Invalid value: \"limits.cpu\": only divisor's values 1m and 1 are supported with the cpu resource"]],
  ]],
  ['mounts', [
    ['are propagated in three ways', { ...volume({ emptyDir: {} }), ...container({ volumeMounts: [{ name: 'v', mountPath: '/v', mountPropagation: 'Some' }] }) }, ['NotSupported spec.containers[0].volumeMounts[0].mountPropagation: Unsupported value: "Some": supported values: "Bidirectional", "HostToContainer", "None"']],
    ['reach the host from privileged containers', { ...volume({ emptyDir: {} }), ...container({ volumeMounts: [{ name: 'v', mountPath: '/v', mountPropagation: 'Bidirectional' }] }) }, ['Forbidden spec.containers[0].volumeMounts[0].mountPropagation: Forbidden: Bidirectional mount propagation is available only to privileged containers']],
    ['are read only to the bottom if at all', { ...volume({ emptyDir: {} }), ...container({ volumeMounts: [{ name: 'v', mountPath: '/v', recursiveReadOnly: 'Enabled' }] }) }, ['Forbidden spec.containers[0].volumeMounts[0].recursiveReadOnly: Forbidden: may only be specified when readOnly is true']],
    ['block devices are claims', { ...volume({ emptyDir: {} }), ...container({ volumeDevices: [{ name: 'v', devicePath: '/dev/x' }] }) }, ['Invalid spec.containers[0].volumeDevices[0].name: Invalid value: "v": can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode']],
  ]],
] as [string, Case[]][])('%s', (_subject, cases) => {
  it.each(cases)('%s', (_sentence, spec, expected) => {
    const causes = causesOf(spec);
    expect(causes.map((cause, index) => cause.slice(0, expected[index]?.length))).toEqual(expected);
  });
});

describe('annotations', () => {
  it.each<[string, object, Record<string, string>, string[]]>([
    ['a seccomp profile has a form', {}, { 'seccomp.security.alpha.kubernetes.io/pod': 'none' }, ['Invalid metadata.annotations.seccomp.security.alpha.kubernetes.io/pod: Invalid value: "none": must be a valid seccomp profile']],
    ['an AppArmor profile is for a container that is there', {}, { 'container.apparmor.security.beta.kubernetes.io/x': 'unconfined' }, ['Invalid metadata.annotations[container.apparmor.security.beta.kubernetes.io/x]: Invalid value: "x": container not found']],
    ['annotation and field agree', { securityContext: { seccompProfile: { type: 'RuntimeDefault' } } }, { 'seccomp.security.alpha.kubernetes.io/pod': 'unconfined' }, ['Forbidden spec.securityContext.seccompProfile.type: Forbidden: seccomp type in annotation and field must match']],
  ])('%s', (_sentence, spec, annotations, expected) => {
    expect(causesOf(spec, annotations)).toEqual(expected);
  });
});
