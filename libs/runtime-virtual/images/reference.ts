import { RuntimeError } from '#runtime';

/** An image's name in full (github.com/distribution/reference). */
export interface ImageReference {
  /** Host of the registry: docker.io. */
  host: string;
  /** Host and path: docker.io/library/busybox. */
  repository: string;
  /** '' when only a digest was given. */
  tag: string;
  /** sha256:.., or ''. */
  digest: string;
}

const COMPONENT = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
const HOST = '(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?:\\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?';
const REFERENCE = new RegExp(`^(?:(${HOST})/)?(${COMPONENT}(?:/${COMPONENT})*)(?::([\\w][\\w.-]{0,127}))?(?:@(sha256:[0-9a-f]{64}))?$`);

/** `busybox` -> docker.io/library/busybox:latest, as containerd and the kubelet read it. @throws RuntimeError INVALID_IMAGE_NAME. */
export function parseImageReference(image: string): ImageReference {
  const match = REFERENCE.exec(image);
  const path = match?.[2];
  if (!match || path === undefined) throw new RuntimeError('INVALID_IMAGE_NAME', `couldn't parse image name "${image}": invalid reference format`);
  const [, prefix, , tag = '', digest = ''] = match;
  const isHost = prefix !== undefined && (/[.:]/.test(prefix) || prefix === 'localhost' || prefix !== prefix.toLowerCase());
  const host = !isHost || prefix === 'index.docker.io' ? 'docker.io' : prefix;
  const full = isHost || prefix === undefined ? path : `${prefix}/${path}`;
  const repository = `${host}/${host === 'docker.io' && !full.includes('/') ? 'library/' : ''}${full}`;
  return { host, repository, tag: tag || (digest ? '' : 'latest'), digest };
}

/** docker.io/library/busybox:latest */
export const fullName = (reference: ImageReference): string =>
  `${reference.repository}${reference.tag && `:${reference.tag}`}${reference.digest && `@${reference.digest}`}`;
