/** Image references, parsed and normalized as distribution/reference does: "busybox" is docker.io/library/busybox:latest. */
export interface ImageReference {
  registry: string;
  repository: string;
  /** '' where only a digest is given. */
  tag: string;
  digest: string;
  /** As written, with :latest added where it has neither tag nor digest (what the kubelet asks the runtime for). */
  withTag: string;
  /** Fully qualified. */
  normalized: string;
}

/** Thrown by parseImageReference; the message is distribution's. */
export class ImageReferenceError extends Error {
  override readonly name = 'ImageReferenceError';
}

const COMPONENT = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*';
const HOST = '(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])(?:\\.(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9]))*|\\[[a-fA-F0-9:]+\\]';
const REFERENCE = new RegExp(
  `^(?<name>(?:(?:${HOST})(?::[0-9]+)?/)?${COMPONENT}(?:/${COMPONENT})*)(?::(?<tag>\\w[\\w.-]{0,127}))?(?:@(?<digest>[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}))?$`,
);

const parsed = new Map<string, ImageReference>();

/** @throws ImageReferenceError */
export function parseImageReference(image: string): ImageReference {
  const known = parsed.get(image);
  if (known) return known;
  const reference = parse(image);
  if (parsed.size > 10_000) parsed.clear();
  parsed.set(image, reference);
  return reference;
}

function parse(image: string): ImageReference {
  if (/^[a-f0-9]{64}$/.test(image)) {
    throw new ImageReferenceError(`invalid repository name (${image}), cannot specify 64-byte hexadecimal strings`);
  }
  const groups = image.length <= 4096 ? REFERENCE.exec(image)?.groups : undefined;
  if (!groups) {
    const lower = REFERENCE.test(image.toLowerCase());
    throw new ImageReferenceError(`invalid reference format${lower ? `: repository name (${image.replace(/:[^/]*$/, '')}) must be lowercase` : ''}`);
  }
  const name = groups.name!;
  const slash = name.indexOf('/');
  const head = slash < 0 ? '' : name.slice(0, slash);
  const hasRegistry = head !== '' && (/[.:]/.test(head) || head === 'localhost' || head !== head.toLowerCase());
  let registry = hasRegistry ? head : 'docker.io';
  if (registry === 'index.docker.io') registry = 'docker.io';
  let repository = hasRegistry ? name.slice(slash + 1) : name;
  if (registry === 'docker.io' && !repository.includes('/')) repository = `library/${repository}`;
  if (repository.length > 255) throw new ImageReferenceError('repository name must not be more than 255 characters');
  const digest = groups.digest ?? '';
  const tag = groups.tag ?? (digest ? '' : 'latest');
  return {
    registry,
    repository,
    tag,
    digest,
    withTag: groups.tag || digest ? image : `${image}:latest`,
    normalized: `${registry}/${repository}${tag && `:${tag}`}${digest && `@${digest}`}`,
  };
}

/** The pull policy that an image gets where none is given: Always for :latest and for no tag, else IfNotPresent. */
export function defaultPullPolicy(image: string): 'Always' | 'IfNotPresent' {
  try {
    return parseImageReference(image).tag === 'latest' ? 'Always' : 'IfNotPresent';
  } catch (error) {
    if (error instanceof ImageReferenceError) return 'IfNotPresent';
    throw error;
  }
}
