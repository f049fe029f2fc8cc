/** Source: verifyRunAsNonRoot in pkg/kubelet/kuberuntime/security_context_others.go. */
import type { Container, Pod } from '#objects';
import { podText } from './events.js';

/** Whether a container of this pod has to be someone other than root. */
export const mustNotBeRoot = (pod: Pod, container: Container): boolean =>
  container.securityContext?.runAsNonRoot ?? pod.spec.securityContext?.runAsNonRoot ?? false;

/** Why the container must not be started as it is; undefined: it may. `image`: whom its image runs as, the name where it has no number. */
export function rootFault(pod: Pod, container: Container, image: { uid?: number; username?: string }): string | undefined {
  if (!mustNotBeRoot(pod, container)) return undefined;
  const where = `(pod: ${JSON.stringify(podText(pod))}, container: ${container.name})`;
  const asked = container.securityContext?.runAsUser ?? pod.spec.securityContext?.runAsUser;
  if (asked !== undefined) return asked === 0 ? `container's runAsUser breaks non-root policy ${where}` : undefined;
  if (image.uid === undefined && image.username) {
    return `container has runAsNonRoot and image has non-numeric user (${image.username}), cannot verify user is non-root ${where}`;
  }
  return image.uid === 0 ? `container has runAsNonRoot and image will run as root ${where}` : undefined;
}
