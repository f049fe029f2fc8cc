import { createHash } from 'node:crypto';
import { sleep, type Clock } from '#clock';
import { RuntimeError, type Image } from '#runtime';
import type { Catalogue, CatalogueImage } from './catalogue.js';
import type { PullFailure } from './entry.js';
import { fullName, parseImageReference, type ImageReference } from './reference.js';

/** The images of this node: what has been pulled from the catalogue since the start. */
export class ImageStore {
  private readonly present = new Map<string, CatalogueImage>();
  private readonly pulls = new Map<string, Promise<void>>();
  /** How often each image with failures was asked for. */
  private readonly tries = new Map<string, number>();

  constructor(
    private readonly catalogue: Catalogue,
    private readonly clock: Clock,
    /** Bytes a second. */
    private readonly pullSpeed: number,
    /** Which pulls fail where a part of them does. */
    private readonly seed = 1,
  ) {}

  /** undefined: not on this node. `name`: as written in a pod, or an image's id. */
  get(name: string): CatalogueImage | undefined {
    if (/^sha256:[0-9a-f]{64}$/.test(name)) return [...this.present.values()].find((image) => image.id === name);
    const reference = parseImageReference(name);
    const image = this.present.get(key(reference));
    if (image) return reference.digest && image.id !== reference.digest ? undefined : image;
    return reference.digest
      ? [...this.present.values()].find((other) => other.id === reference.digest && other.reference.repository === reference.repository)
      : undefined;
  }

  async pull(name: string): Promise<CatalogueImage> {
    const reference = parseImageReference(name);
    const present = this.get(name);
    if (present) return present;
    const image = this.catalogue.find(reference);
    if (!image) throw this.notPulled(reference);
    const id = key(image.reference);
    // Those who wait for the same pull fail or succeed with it.
    if (!this.pulls.has(id)) this.mayFail(image, id);
    let pull = this.pulls.get(id);
    if (!pull) {
      pull = sleep(this.clock, (image.size / this.pullSpeed) * 1000).finally(() => this.pulls.delete(id));
      this.pulls.set(id, pull);
    }
    await pull;
    this.present.set(id, image);
    return image;
  }

  list(): Image[] {
    return [...this.present.values()].map(describe);
  }

  remove(name: string): void {
    const image = this.get(name);
    if (image) this.present.delete(key(image.reference));
  }

  /** @throws RuntimeError REGISTRY_UNAVAILABLE */
  private mayFail({ failures, reference }: CatalogueImage, id: string): void {
    if (!failures) return;
    const tries = (this.tries.get(id) ?? 0) + 1;
    this.tries.set(id, tries);
    if (tries <= (failures.first ?? 0) || chance(`${this.seed}/${id}/${tries}`) < (failures.share ?? 0)) throw new RuntimeError('REGISTRY_UNAVAILABLE', pullFailure(failures.error, reference));
  }

  /** containerd's words for it. */
  private notPulled(reference: ImageReference): RuntimeError {
    const name = fullName(reference);
    const failed = `failed to pull and unpack image "${name}": failed to resolve reference "${name}": `;
    const path = reference.repository.slice(reference.host.length + 1);
    if (!this.catalogue.hasHost(reference.host)) {
      const head = `Head "https://${reference.host}/v2/${path}/manifests/${reference.digest || reference.tag}"`;
      const hostName = reference.host.replace(/:\d+$/, '');
      return new RuntimeError('REGISTRY_UNAVAILABLE', `${failed}failed to do request: ${head}: dial tcp: lookup ${hostName}: no such host`);
    }
    if (this.catalogue.hasRepository(reference.repository)) return new RuntimeError('IMAGE_NOT_FOUND', `${failed}${name}: not found`);
    const denied =
      'pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed';
    return new RuntimeError('IMAGE_NOT_FOUND', `${failed}${reference.host === 'docker.io' ? denied : `${name}: not found`}`);
  }
}

/** From 0 to 1: always the same for the same text. */
const chance = (text: string): number => createHash('sha256').update(text).digest().readUInt32BE() / 2 ** 32;

/** containerd's words. Source: remotes/docker of containerd. */
function pullFailure(error: PullFailure, reference: ImageReference): string {
  const name = fullName(reference);
  const host = reference.host === 'docker.io' ? 'registry-1.docker.io' : reference.host;
  const url = `https://${host}/v2/${reference.repository.slice(reference.host.length + 1)}/manifests/${reference.digest || reference.tag}`;
  const whys: Record<PullFailure, string> = {
    unavailable: `unexpected status from HEAD request to ${url}: 503 Service Unavailable`,
    'rate-limited': `unexpected status from HEAD request to ${url}: 429 Too Many Requests`,
    timeout: `failed to do request: Head "${url}": net/http: TLS handshake timeout`,
    reset: `failed to do request: Head "${url}": read tcp 10.0.0.1:40000->203.0.113.10:443: read: connection reset by peer`,
    unauthorized: `failed to authorize: failed to fetch anonymous token: unexpected status from GET request to https://${host}/token: 401 Unauthorized`,
  };
  return `failed to pull and unpack image "${name}": failed to resolve reference "${name}": ${whys[error]}`;
}

/** docker.io/library/busybox@sha256:.. */
export const imageRef = (image: CatalogueImage): string => `${image.reference.repository}@${image.id}`;

export function describe(image: CatalogueImage): Image {
  return {
    id: image.id,
    repoTags: [`${image.reference.repository}:${image.reference.tag}`],
    repoDigests: [imageRef(image)],
    size: image.size,
    uid: image.uid,
    ...(image.username && { username: image.username }),
  };
}

const key = (reference: ImageReference) => `${reference.repository}:${reference.tag}`;
