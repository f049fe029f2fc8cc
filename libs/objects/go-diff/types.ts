/**
 * The fields of the API server's own structs, in their order. Source: pkg/apis/core/types.go of 1.35. A row is `GoName: json.name type`; a path that
 * leads elsewhere begins with `/` (of the pod's spec). What is not here is written as its JSON says.
 */
export interface GoField {
  name: string;
  /** Where it stands in JSON; '' for a struct whose fields stand among the others. */
  json: string;
  type: string;
}

const TABLE: Record<string, string> = {
  'core.PodSpec': `Volumes: volumes []core.Volume; InitContainers: initContainers []core.Container; Containers: containers []core.Container;
    EphemeralContainers: ephemeralContainers []core.EphemeralContainer; RestartPolicy: restartPolicy string; TerminationGracePeriodSeconds: terminationGracePeriodSeconds *int;
    ActiveDeadlineSeconds: activeDeadlineSeconds *int; DNSPolicy: dnsPolicy string; NodeSelector: nodeSelector map; ServiceAccountName: serviceAccountName string;
    AutomountServiceAccountToken: automountServiceAccountToken *bool; NodeName: nodeName string; SecurityContext: securityContext *core.PodSecurityContext;
    ImagePullSecrets: imagePullSecrets []core.LocalObjectReference; Hostname: hostname string; Subdomain: subdomain string; SetHostnameAsFQDN: setHostnameAsFQDN *bool;
    Affinity: affinity *core.Affinity; SchedulerName: schedulerName string; Tolerations: tolerations []core.Toleration; HostAliases: hostAliases []core.HostAlias;
    PriorityClassName: priorityClassName string; Priority: priority *int; PreemptionPolicy: preemptionPolicy *string; DNSConfig: dnsConfig *core.PodDNSConfig;
    ReadinessGates: readinessGates []core.PodReadinessGate; RuntimeClassName: runtimeClassName *string; Overhead: overhead core.ResourceList;
    EnableServiceLinks: enableServiceLinks *bool; TopologySpreadConstraints: topologySpreadConstraints []core.TopologySpreadConstraint; OS: os *core.PodOS;
    SchedulingGates: schedulingGates []core.PodSchedulingGate; ResourceClaims: resourceClaims []core.PodResourceClaim; Resources: resources *core.ResourceRequirements;
    HostnameOverride: hostnameOverride *string; WorkloadRef: workloadRef *core.WorkloadReference`,
  'core.PodSecurityContext': `HostNetwork: hostNetwork bool; HostPID: hostPID bool; HostIPC: hostIPC bool; ShareProcessNamespace: shareProcessNamespace *bool;
    HostUsers: hostUsers *bool; SELinuxOptions: seLinuxOptions *core.SELinuxOptions; WindowsOptions: windowsOptions *core.WindowsSecurityContextOptions;
    RunAsUser: runAsUser *int; RunAsGroup: runAsGroup *int; RunAsNonRoot: runAsNonRoot *bool; SupplementalGroups: supplementalGroups []int64;
    SupplementalGroupsPolicy: supplementalGroupsPolicy *string; FSGroup: fsGroup *int; FSGroupChangePolicy: fsGroupChangePolicy *string;
    Sysctls: sysctls []core.Sysctl; SeccompProfile: seccompProfile *core.SeccompProfile; AppArmorProfile: appArmorProfile *core.AppArmorProfile;
    SELinuxChangePolicy: seLinuxChangePolicy *string`,
  'core.Container': `Name: name string; Image: image string; Command: command []string; Args: args []string; WorkingDir: workingDir string; Ports: ports []core.ContainerPort;
    EnvFrom: envFrom []core.EnvFromSource; Env: env []core.EnvVar; Resources: resources core.ResourceRequirements; ResizePolicy: resizePolicy []core.ContainerResizePolicy;
    RestartPolicy: restartPolicy *string; RestartPolicyRules: restartPolicyRules []core.ContainerRestartRule; VolumeMounts: volumeMounts []core.VolumeMount;
    VolumeDevices: volumeDevices []core.VolumeDevice; LivenessProbe: livenessProbe *core.Probe; ReadinessProbe: readinessProbe *core.Probe;
    StartupProbe: startupProbe *core.Probe; Lifecycle: lifecycle *core.Lifecycle; TerminationMessagePath: terminationMessagePath string;
    TerminationMessagePolicy: terminationMessagePolicy string; ImagePullPolicy: imagePullPolicy string; SecurityContext: securityContext *core.SecurityContext;
    Stdin: stdin bool; StdinOnce: stdinOnce bool; TTY: tty bool`,
  'core.ContainerPort': 'Name: name string; HostPort: hostPort int; ContainerPort: containerPort int; Protocol: protocol string; HostIP: hostIP string',
  'core.EnvVar': 'Name: name string; Value: value string; ValueFrom: valueFrom *core.EnvVarSource',
  'core.ResourceRequirements': 'Limits: limits core.ResourceList; Requests: requests core.ResourceList; Claims: claims []core.ResourceClaim',
  'core.VolumeMount': `Name: name string; ReadOnly: readOnly bool; RecursiveReadOnly: recursiveReadOnly *string; MountPath: mountPath string; SubPath: subPath string;
    MountPropagation: mountPropagation *string; SubPathExpr: subPathExpr string`,
  'core.Volume': 'Name: name string; VolumeSource: . core.VolumeSource',
  'core.ConfigMapVolumeSource': 'LocalObjectReference: . core.LocalObjectReference; Items: items []core.KeyToPath; DefaultMode: defaultMode *int; Optional: optional *bool',
  'core.SecretVolumeSource': 'SecretName: secretName string; Items: items []core.KeyToPath; DefaultMode: defaultMode *int; Optional: optional *bool',
  'core.ProjectedVolumeSource': 'Sources: sources []core.VolumeProjection; DefaultMode: defaultMode *int',
  'core.DownwardAPIVolumeSource': 'Items: items []core.DownwardAPIVolumeFile; DefaultMode: defaultMode *int',
  'core.EmptyDirVolumeSource': 'Medium: medium string; SizeLimit: sizeLimit *quantity',
  'core.LocalObjectReference': 'Name: name string',
  'core.Probe': `ProbeHandler: . core.ProbeHandler; InitialDelaySeconds: initialDelaySeconds int; TimeoutSeconds: timeoutSeconds int; PeriodSeconds: periodSeconds int;
    SuccessThreshold: successThreshold int; FailureThreshold: failureThreshold int; TerminationGracePeriodSeconds: terminationGracePeriodSeconds *int`,
  'core.Toleration': 'Key: key string; Operator: operator string; Value: value string; Effect: effect string; TolerationSeconds: tolerationSeconds *int',
};

/** Those of the pod's security context that JSON has in the spec itself. */
export const OF_SPEC = ['hostNetwork', 'hostPID', 'hostIPC', 'shareProcessNamespace', 'hostUsers'];
/** JSON's second name for serviceAccountName. */
export const SECOND_NAMES = ['serviceAccount'];

const ACRONYMS: Record<string, string> = { tcpSocket: 'TCPSocket', grpc: 'GRPC', httpGet: 'HTTPGet', httpHeaders: 'HTTPHeaders', fsType: 'FSType', apiVersion: 'APIVersion', uid: 'UID', ip: 'IP', nfs: 'NFS', csi: 'CSI', fc: 'FC', iscsi: 'ISCSI', rbd: 'RBD' };
/** Sources and handlers are pointers in Go, and each has a name of its own. */
const POINTERS: Record<string, string> = { 'core.VolumeSource': 'VolumeSource', 'core.ProbeHandler': 'Action', 'core.EnvVarSource': 'Selector', 'core.VolumeProjection': 'Projection' };

const known = new Map<string, GoField[]>();

/** The fields of a struct; where it has no table, those that JSON shows on either side. */
export function fieldsOf(type: string, ...sides: object[]): GoField[] {
  const fields = known.get(type) ?? tableOf(type);
  if (fields) return fields;
  const names = [...new Set(sides.flatMap((side) => Object.keys(side)))];
  return names.map((json) => {
    const name = ACRONYMS[json] ?? json.replace(/^./, (letter) => letter.toUpperCase()).replace(/Api\b/, 'API');
    const value = sides.map((side) => (side as Record<string, unknown>)[json]).find((one) => one !== undefined && one !== null);
    return { name, json, type: (POINTERS[type] && typeof value === 'object' ? '*' : '') + typeOf(value, name, POINTERS[type] ?? '') };
  });
}

function tableOf(type: string): GoField[] | undefined {
  const fields = TABLE[type]?.split(';').map((row): GoField => {
    const [, name, json, kind] = /^\s*(\w+): (\S+) (\S+)$/.exec(row)!;
    return { name: name!, json: json === '.' ? '' : json!, type: kind! };
  });
  if (fields) known.set(type, fields);
  return fields;
}

function typeOf(value: unknown, name: string, suffix: string): string {
  if (typeof value === 'number') return 'int';
  if (typeof value === 'boolean') return 'bool';
  if (Array.isArray(value)) return `[]${typeOf(value[0], name.replace(/s$/, ''), '')}`;
  return typeof value === 'object' && value !== null ? `core.${name}${suffix}` : 'string';
}
