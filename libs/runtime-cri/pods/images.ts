import { RuntimeError, type Image, type ImageSpec } from '#runtime';
import type { CriImage } from '../grpc/messages.js';
import type { Host } from '../host.js';

/** Images, as CRI has them. */
export class Images {
  constructor(private readonly host: Host) {}

  async status({ image }: ImageSpec): Promise<Image | undefined> {
    const found = (await this.host.client.images('ImageStatus', { image: { image } })).image;
    return found ? portImage(found) : undefined;
  }

  /**
   * The private containerd's network leads nowhere: what was imported into it under a registry's name cannot be asked for there. So an
   * image that is here counts as pulled when its registry is out of reach (docs/differences.md).
   */
  async pull(spec: ImageSpec, auth?: { username: string; password: string }): Promise<string> {
    try {
      return (await this.host.client.images('PullImage', { image: { image: spec.image }, ...(auth && { auth }) })).imageRef;
    } catch (error) {
      if (!(error instanceof RuntimeError) || error.code !== 'REGISTRY_UNAVAILABLE') throw error;
      const here = await this.status(spec);
      if (!here) throw error;
      return here.repoDigests[0] ?? here.id;
    }
  }

  async list(): Promise<Image[]> {
    return (await this.host.client.images('ListImages', {})).images.map(portImage);
  }

  async remove({ image }: ImageSpec): Promise<void> {
    await this.host.client.images('RemoveImage', { image: { image } });
  }
}

const portImage = ({ id, repoTags, repoDigests, size, uid, username }: CriImage): Image => ({
  id,
  repoTags,
  repoDigests,
  size,
  ...(uid && { uid: uid.value }),
  ...(username && { username }),
});
