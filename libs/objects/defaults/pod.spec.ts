import { describe, expect, it } from '@jest/globals';
import { validatePod } from '../validation/pod.js';
import { validatePodUpdate } from '../validation/pod-update.js';
import type { Pod, PodSpec } from '../types.js';
import { defaultPod, preparePodCreate, preparePodUpdate } from './pod.js';

const BETA = 'pod.beta.kubernetes.io/init-containers';
const ALPHA = 'pod.alpha.kubernetes.io/init-containers';

function created(spec: PodSpec, annotations?: Record<string, string>): Pod {
  const pod = structuredClone({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', namespace: 'default', annotations }, spec }) as unknown as Pod;
  preparePodCreate(pod);
  return pod;
}

describe('what a pod becomes at creation', () => {
  it('a bare pod is filled in as Kubernetes does', () => {
    const pod = created({ containers: [{ name: 'x', image: 'busybox', ports: [{ containerPort: 80 }] }] });
    expect(pod.spec).toEqual({
      containers: [
        {
          name: 'x',
          image: 'busybox',
          ports: [{ containerPort: 80, protocol: 'TCP' }],
          imagePullPolicy: 'Always',
          terminationMessagePath: '/dev/termination-log',
          terminationMessagePolicy: 'File',
          resources: {},
        },
      ],
      restartPolicy: 'Always',
      terminationGracePeriodSeconds: 30,
      dnsPolicy: 'ClusterFirst',
      securityContext: {},
      schedulerName: 'default-scheduler',
      enableServiceLinks: true,
      serviceAccountName: 'default',
      serviceAccount: 'default',
      tolerations: [
        { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 },
        { key: 'node.kubernetes.io/unreachable', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 },
      ],
    });
    expect(pod.status).toEqual({ phase: 'Pending', qosClass: 'BestEffort' });
    expect(validatePod(pod)).toEqual([]);
  });

  it.each<[string, PodSpec, (pod: Pod) => unknown, unknown]>([
    ['a request that is left out is the limit', { containers: [{ name: 'x', image: 'a', resources: { limits: { cpu: '0.5' } } }] }, (pod) => pod.spec.containers[0]!.resources, { limits: { cpu: '500m' }, requests: { cpu: '500m' } }],
    ['a volume without a source is an emptyDir', { containers: [], volumes: [{ name: 'v' }] }, (pod) => pod.spec.volumes, [{ name: 'v', emptyDir: {} }]],
    ['files are readable by all', { containers: [], volumes: [{ name: 'v', configMap: { name: 'c' } }] }, (pod) => pod.spec.volumes![0]!.configMap!.defaultMode, 0o644],
    ['a probe gets its numbers', { containers: [{ name: 'x', image: 'a', livenessProbe: { httpGet: { port: 80 } } }] }, (pod) => pod.spec.containers[0]!.livenessProbe, { httpGet: { port: 80, path: '/', scheme: 'HTTP' }, timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 }],
    ['a host network pod has its ports on the host', { hostNetwork: true, containers: [{ name: 'x', image: 'a', ports: [{ containerPort: 80 }] }] }, (pod) => pod.spec.containers[0]!.ports, [{ containerPort: 80, hostPort: 80, protocol: 'TCP' }]],
    ['requests alone make it Burstable', { containers: [{ name: 'x', image: 'a', resources: { requests: { cpu: '1' } } }] }, (pod) => pod.status.qosClass, 'Burstable'],
    ['limits for cpu and memory make it Guaranteed', { containers: [{ name: 'x', image: 'a', resources: { limits: { cpu: '1', memory: '1Gi' } } }] }, (pod) => pod.status.qosClass, 'Guaranteed'],
    ['an init container without limits makes it Burstable', { initContainers: [{ name: 'i', image: 'a' }], containers: [{ name: 'x', image: 'a', resources: { limits: { cpu: '1', memory: '1Gi' } } }] }, (pod) => pod.status.qosClass, 'Burstable'],
  ])('%s', (_sentence, spec, read, expected) => {
    expect(read(created(spec))).toEqual(expected);
  });

  it('the beta annotation overrides the field and goes before the alpha one', () => {
    const annotations = { [BETA]: '[{"name":"b","image":"busybox"}]', [ALPHA]: '[{"name":"a","image":"busybox"}]' };
    const pod = created({ initContainers: [{ name: 'field', image: 'x' }], containers: [{ name: 'x', image: 'a' }] }, annotations);
    expect(pod.spec.initContainers?.map((container) => [container.name, container.imagePullPolicy])).toEqual([['b', 'Always']]);
  });

  it('defaulting twice changes nothing', () => {
    const pod = created({ containers: [{ name: 'x', image: 'a', resources: { limits: { memory: '1024Mi' } } }], volumes: [{ name: 'v' }] });
    const again = structuredClone(pod);
    defaultPod(again);
    expect(again).toEqual(pod);
  });
});

describe('what may change of a pod', () => {
  const before = () =>
    created(
      { initContainers: [{ name: 'i', image: 'busybox:1' }], containers: [{ name: 'x', image: 'busybox:1' }], activeDeadlineSeconds: 100 },
      { [BETA]: '[{"name":"i","image":"busybox:1"}]' },
    );
  const update = (change: (pod: Pod) => void): string[] => {
    const current = before();
    const next = before();
    change(next);
    preparePodUpdate(next, current);
    defaultPod(next);
    return validatePodUpdate(next, current).map(({ reason, field, message }) => `${reason.slice('FieldValue'.length)} ${field}: ${message}`);
  };

  it.each<[string, (pod: Pod) => void]>([
    ['nothing', () => undefined],
    ['an app container image', (pod) => (pod.spec.containers[0]!.image = 'busybox:2')],
    ['an init container image, although the annotation names another', (pod) => (pod.spec.initContainers![0]!.image = 'busybox:2')],
    ['a shorter deadline', (pod) => (pod.spec.activeDeadlineSeconds = 50)],
    ['one more toleration', (pod) => pod.spec.tolerations!.push({ key: 'a', operator: 'Exists' })],
    ['labels', (pod) => (pod.metadata.labels = { a: 'b' })],
    ['what admission gave, left out', (pod) => delete pod.spec.serviceAccountName],
  ])('%s', (_sentence, change) => {
    expect(update(change)).toEqual([]);
  });

  it.each<[string, (pod: Pod) => void, string]>([
    ['a command may not', (pod) => (pod.spec.containers[0]!.command = ['x']), 'Forbidden spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`'],
    ['the node may not', (pod) => (pod.spec.nodeName = 'other'), 'Forbidden spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`'],
    ['the restart policy may not', (pod) => (pod.spec.restartPolicy = 'Never'), 'Forbidden spec: Forbidden: pod updates may not change'],
    ['the number of containers may not', (pod) => pod.spec.containers.push({ name: 'y', image: 'a' }), 'Forbidden spec.containers: Forbidden: pod updates may not add or remove containers'],
    ['the number of init containers may not', (pod) => pod.spec.initContainers!.push({ name: 'y', image: 'a' }), 'Forbidden spec.initContainers: Forbidden: pod updates may not add or remove containers'],
    ['a longer deadline may not be', (pod) => (pod.spec.activeDeadlineSeconds = 200), 'Invalid spec.activeDeadlineSeconds: Invalid value: 200: must be less than or equal to previous value'],
    ['the deadline may not go', (pod) => delete pod.spec.activeDeadlineSeconds, 'Invalid spec.activeDeadlineSeconds: Invalid value: null: must not update from a positive integer to nil value'],
    ['a toleration may not change', (pod) => (pod.spec.tolerations![0]!.operator = 'Equal'), 'Forbidden spec.tolerations: Forbidden: existing toleration can not be modified'],
  ])('%s', (_sentence, change, cause) => {
    expect(update(change)[0]?.slice(0, cause.length)).toBe(cause);
  });

  it('tells what was changed where it must not be', () => {
    const [cause] = update((pod) => (pod.spec.restartPolicy = 'Never'));
    expect(cause).toMatch(/\n- \tRestartPolicy: +"Always",\n\+ \tRestartPolicy: +"Never",\n/);
  });
});
