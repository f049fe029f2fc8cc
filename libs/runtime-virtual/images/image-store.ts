import { sleep, type Clock } from '#clock';
import { RuntimeError, type Image } from '#runtime';
import type { Catalogue, CatalogueImage } from './catalogue.js';
import { fullName, parseImageReference, type ImageReference } from './reference.js';

/** The images of this node: what has been pulled from the catalogue since the start. */
export class ImageStore {
  private readonly present = new Map<string, CatalogueImage>();
  private readonly pulls = new Map<string, Promise<void>>();

  constructor(
    private readonly catalogue: Catalogue,
    private readonly clock: Clock,
    /** Bytes a second. */
    private readonly pullSpeed: number,
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
