/** @kubernetes/client-node, the official client, against a started service. */
import * as k8s from '@kubernetes/client-node';

export function clientFor(url: string): { config: k8s.KubeConfig; core: k8s.CoreV1Api } {
  const config = new k8s.KubeConfig();
  // The client refuses plain http, which is what loopback speaks, unless TLS verification is off.
  config.loadFromOptions({
    clusters: [{ name: 'podbox', server: url, skipTLSVerify: true }],
    users: [{ name: 'nobody' }],
    contexts: [{ name: 'podbox', cluster: 'podbox', user: 'nobody' }],
    currentContext: 'podbox',
  });
  return { config, core: config.makeApiClient(k8s.CoreV1Api) };
}

export const NAMESPACE = 'default';

/** A pod with one init container and one app container, each a shell script. */
export function scriptPod(name: string, init: string, app: string, spec: Partial<k8s.V1PodSpec> = {}): k8s.V1Pod {
  const container = (container: string, script: string) => ({ name: container, image: 'busybox', command: ['sh', '-c', script] });
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: { terminationGracePeriodSeconds: 1, initContainers: [container('init', init)], containers: [container('app', app)], ...spec },
  };
}
