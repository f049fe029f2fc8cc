import { describe, expect, it } from '@jest/globals';
import { preparePodCreate } from '../defaults/pod.js';
import type { Container, Pod, PodSpec } from '../types.js';
import { validatePod, validatePodCreate } from './pod.js';

const app: Container = { name: 'app', image: 'busybox:1.28' };

function podOf(spec: Partial<PodSpec>, annotations?: Record<string, string>): Pod {
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', namespace: 'default', ...(annotations && { annotations }) }, spec: { containers: [app], ...spec } };
  const copy = structuredClone(pod) as unknown as Pod;
  preparePodCreate(copy);
  return copy;
}

const causesOf = (spec: Partial<PodSpec>, annotations?: Record<string, string>): string[] => {
  const pod = podOf(spec, annotations);
  return [...validatePod(pod), ...validatePodCreate(pod)].map(({ reason, field, message }) => `${reason.slice('FieldValue'.length)} ${field}: ${message}`);
};

const container = (more: object): Partial<PodSpec> => ({ containers: [{ ...app, ...more }] });
const init = (more: object): Partial<PodSpec> => ({ initContainers: [{ name: 'i', image: 'busybox', ...more }] });
const exec = { exec: { command: ['true'] } };
const LABEL_RULE = "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-'";

describe('what makes a pod invalid', () => {
  it.each<[string, Partial<PodSpec>, string[]]>([
    ['a pod needs a container', { containers: [] }, ['Required spec.containers: Required value']],
    ['a container needs a name', container({ name: undefined }), ['Required spec.containers[0].name: Required value']],
    ['a container needs an image', container({ image: '' }), ['Required spec.containers[0].image: Required value']],
    ['an image has no spaces around it', container({ image: ' busybox' }), ['Invalid spec.containers[0].image: Invalid value: " busybox": must not have leading or trailing whitespace']],
    ['a container is named like a DNS label', container({ name: 'My_App' }), [`Invalid spec.containers[0].name: Invalid value: "My_App": ${LABEL_RULE}`]],
    ['a stop signal wants the OS to be named', container({ lifecycle: { stopSignal: 'SIGUSR1' } }), ['Forbidden spec.containers[0].lifecycle.stopSignal: Forbidden: may not be set for containers with empty `spec.os.name`']],
    ['a stop signal is one', { os: { name: 'linux' }, ...container({ lifecycle: { stopSignal: 'SIGNOTHING' } }) }, ['NotSupported spec.containers[0].lifecycle.stopSignal: Unsupported value: "SIGNOTHING"']],
    ['a stop signal of Linux', { os: { name: 'linux' }, ...container({ lifecycle: { stopSignal: 'SIGRTMIN+3' } }) }, []],
    ['restart rules want a restart policy', container({ restartPolicyRules: [{ action: 'Restart', exitCodes: { operator: 'In', values: [1] } }] }), ['Required spec.containers[0].restartPolicy: Required value: must specify restartPolicy when restart rules are used']],
    ['a restart rule names exit codes', container({ restartPolicy: 'Never', restartPolicyRules: [{ action: 'Restart', exitCodes: { operator: 'In', values: [] } }] }), ['Invalid spec.containers[0].restartPolicyRules[0].exitCodes.values: Invalid value: []: must specify at least one exit code']],
    ['a restart rule does not restart the others (its feature gate is off)', container({ restartPolicy: 'Never', restartPolicyRules: [{ action: 'RestartAllContainers', exitCodes: { operator: 'In', values: [1] } }] }), ['NotSupported spec.containers[0].restartPolicyRules[0].action: Unsupported value: "RestartAllContainers": supported values: "Restart"']],
    ['a restart rule restarts', container({ restartPolicy: 'Never', restartPolicyRules: [{ action: 'Stop', exitCodes: { operator: 'In', values: [1] } }] }), ['NotSupported spec.containers[0].restartPolicyRules[0].action: Unsupported value: "Stop": supported values: "Restart"']],
    ['a hostname is not both overridden and made longer', { hostnameOverride: 'a', setHostnameAsFQDN: true }, ['Forbidden spec.hostnameOverride: Forbidden: may not be specified when `setHostnameAsFQDN` is true']],
    ['two app containers cannot share a name', { containers: [app, app] }, ['Duplicate spec.containers[1].name: Duplicate value: "app"']],
    ['an init container cannot be named like an app container', init({ name: 'app' }), ['Duplicate spec.initContainers[0].name: Duplicate value: "app"']],
    ['the pull policy is one of three', container({ imagePullPolicy: 'Sometimes' }), ['NotSupported spec.containers[0].imagePullPolicy: Unsupported value: "Sometimes": supported values: "Always", "IfNotPresent", "Never"']],
    ['the restart policy is one of three', { restartPolicy: 'Maybe' as 'Always' }, ['NotSupported spec.restartPolicy: Unsupported value: "Maybe": supported values: "Always", "OnFailure", "Never"']],
    ['the DNS policy is one of four', { dnsPolicy: 'Some' as 'None' }, ['NotSupported spec.dnsPolicy: Unsupported value: "Some": supported values: "ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"']],
    ['an init container has no lifecycle', init({ lifecycle: { preStop: exec } }), ['Forbidden spec.initContainers[0].lifecycle: Forbidden: may not be set for init containers without restartPolicy=Always']],
    ['an init container has no liveness probe', init({ livenessProbe: exec }), ['Forbidden spec.initContainers[0].livenessProbe: Forbidden: may not be set for init containers without restartPolicy=Always']],
    ['an init container has no readiness probe', init({ readinessProbe: exec }), ['Forbidden spec.initContainers[0].readinessProbe: Forbidden: may not be set for init containers without restartPolicy=Always']],
    ['an init container has no startup probe', init({ startupProbe: exec }), ['Forbidden spec.initContainers[0].startupProbe: Forbidden: may not be set for init containers without restartPolicy=Always']],
    ['a sidecar may have probes and hooks', init({ restartPolicy: 'Always', livenessProbe: exec, lifecycle: { preStop: exec } }), []],
    ['a probe needs a handler', container({ livenessProbe: { periodSeconds: 3 } }), ['Required spec.containers[0].livenessProbe: Required value: must specify a handler type']],
    ['a liveness probe succeeds at once', container({ livenessProbe: { ...exec, successThreshold: 2 } }), ['Invalid spec.containers[0].livenessProbe.successThreshold: Invalid value: 2: must be 1']],
    ['a port is a port', container({ ports: [{ containerPort: 70000 }] }), ['Invalid spec.containers[0].ports[0].containerPort: Invalid value: 70000: must be between 1 and 65535, inclusive']],
    ['two ports of a container cannot share a name', container({ ports: [{ name: 'a', containerPort: 1 }, { name: 'a', containerPort: 2 }] }), ['Duplicate spec.containers[0].ports[1].name: Duplicate value: "a"']],
    ['two containers cannot share a host port', { containers: [{ ...app, ports: [{ containerPort: 1, hostPort: 8080 }] }, { ...app, name: 'b', ports: [{ containerPort: 2, hostPort: 8080 }] }] }, ['Duplicate spec.containers[1].ports[0].hostPort: Duplicate value: "TCP//8080"']],
    ['a variable has a name', container({ env: [{ name: '', value: 'x' }] }), ['Required spec.containers[0].env[0].name: Required value']],
    ['a variable has no = in its name', container({ env: [{ name: 'a=b' }] }), ['Invalid spec.containers[0].env[0].name: Invalid value: "a=b": a valid environment variable name must consist only of printable ASCII characters']],
    ['a variable has a value or a source', container({ env: [{ name: 'A', value: 'x', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }] }), ['Invalid spec.containers[0].env[0].valueFrom: Invalid value: "": may not be specified when `value` is not empty']],
    ['the downward API knows certain fields', container({ env: [{ name: 'A', valueFrom: { fieldRef: { fieldPath: 'status.phase' } } }] }), ['NotSupported spec.containers[0].env[0].valueFrom.fieldRef.fieldPath: Unsupported value: "status.phase"']],
    ['a quantity has its form', container({ resources: { limits: { cpu: 'lots' } } }), ["Invalid spec.containers[0].resources.limits[cpu]: Invalid value: \"lots\": quantities must match the regular expression"]],
    ['requests are within limits', container({ resources: { requests: { cpu: '2' }, limits: { cpu: '1' } } }), ['Invalid spec.containers[0].resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 1']],
    ['a resource is known or qualified', container({ resources: { limits: { gpu: '1' } } }), ['Invalid spec.containers[0].resources.limits[gpu]: Invalid value: "gpu": must be a standard resource type or fully qualified', 'Invalid spec.containers[0].resources.limits[gpu]: Invalid value: "gpu": must be a standard resource for containers', 'Invalid spec.containers[0].resources.requests[gpu]: Invalid value: "gpu"', 'Invalid spec.containers[0].resources.requests[gpu]: Invalid value: "gpu"']],
    ['a mount has its volume', container({ volumeMounts: [{ name: 'nope', mountPath: '/x' }] }), ['NotFound spec.containers[0].volumeMounts[0].name: Not found: "nope"']],
    ['one path is mounted once', { volumes: [{ name: 'v', emptyDir: {} }], ...container({ volumeMounts: [{ name: 'v', mountPath: '/x' }, { name: 'v', mountPath: '/x' }] }) }, ['Invalid spec.containers[0].volumeMounts[1].mountPath: Invalid value: "/x": must be unique']],
    ['two volumes cannot share a name', { volumes: [{ name: 'v', emptyDir: {} }, { name: 'v', emptyDir: {} }] }, ['Duplicate spec.volumes[1].name: Duplicate value: "v"']],
    ['a volume has one source', { volumes: [{ name: 'v', emptyDir: {}, hostPath: { path: '/x' } }] }, ['Forbidden spec.volumes[0].hostPath: Forbidden: may not specify more than 1 volume type']],
    ['a Secret volume names its Secret', { volumes: [{ name: 'v', secret: {} }] }, ['Required spec.volumes[0].secret.secretName: Required value']],
    ['a deadline is at least a second', { activeDeadlineSeconds: 0 }, ['Invalid spec.activeDeadlineSeconds: Invalid value: 0: must be between 1 and 2147483647, inclusive']],
    ['processes are shared with the pod or with the host', { shareProcessNamespace: true, hostPID: true }, ['Invalid spec.securityContext.shareProcessNamespace: Invalid value: true: ShareProcessNamespace and HostPID cannot both be enabled']],
    ['ephemeral containers come later', { ephemeralContainers: [{ name: 'e', image: 'busybox' }] }, ['Forbidden spec.ephemeralContainers: Forbidden: cannot be set on create']],
    ['a toleration without a key tolerates all', { tolerations: [{ operator: 'Equal', value: 'x' }] }, ["Invalid spec.tolerations[0].operator: Invalid value: \"Equal\": operator must be Exists when `key` is empty"]],
    ['all that is wrong is said at once', { containers: [{ name: 'B', image: '' }], restartPolicy: 'x' as 'Always' }, [`Invalid spec.containers[0].name: Invalid value: "B": ${LABEL_RULE}`, 'Required spec.containers[0].image: Required value', 'NotSupported spec.restartPolicy: Unsupported value: "x"']],
  ])('%s', (_sentence, spec, expected) => {
    const causes = causesOf(spec);
    expect(causes.map((cause, index) => cause.slice(0, expected[index]?.length))).toEqual(expected);
  });

  it('says where an annotation with init containers is not JSON', () => {
    const [cause] = causesOf({}, { 'pod.beta.kubernetes.io/init-containers': '[{' });
    expect(cause).toMatch(/^Invalid metadata\.annotations\[pod\.beta\.kubernetes\.io\/init-containers\]: Invalid value: "\[\{": must be a JSON array of containers/);
  });
});
