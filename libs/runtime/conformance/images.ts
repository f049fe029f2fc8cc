import { describe, expect, it } from '@jest/globals';
import { TestPod, type Subject } from './fixture.js';

export function images(subject: () => Subject): void {
  describe('images', () => {
    it('that were pulled have a digest and are listed', async () => {
      const { runtime, image } = subject();
      const ref = await runtime.pullImage({ image });
      expect(ref).toMatch(/sha256:[0-9a-f]{64}$/);
      const status = await runtime.imageStatus({ image });
      expect(status?.id).toMatch(/^sha256:[0-9a-f]{64}$/);
      expect(status?.size).toBeGreaterThan(0);
      expect((await runtime.listImages()).map(({ id }) => id)).toContain(status?.id);
    });

    it('are named by the containers that run them', async () => {
      const pod = await TestPod.run(subject());
      const id = await pod.sh('app', 'true');
      expect((await pod.status(id)).imageRef).toMatch(/sha256:[0-9a-f]{64}$/);
      await pod.remove();
    });

    it('that are nowhere cannot be pulled', async () => {
      const { runtime, missingImage } = subject();
      expect(await runtime.imageStatus({ image: missingImage })).toBeUndefined();
      await expect(runtime.pullImage({ image: missingImage })).rejects.toMatchObject({ code: 'IMAGE_NOT_FOUND' });
    });

    it('of impossible names are refused', async () => {
      await expect(subject().runtime.pullImage({ image: 'Not A Name' })).rejects.toMatchObject({ code: 'INVALID_IMAGE_NAME' });
    });

    it('that are not on the node cannot be run', async () => {
      const { runtime, image, missingImage } = subject();
      const pod = await TestPod.run({ ...subject(), image: missingImage });
      await expect(pod.create('app', ['true'])).rejects.toMatchObject({ name: 'RuntimeError' });
      await pod.remove();
      expect(await runtime.imageStatus({ image })).toBeDefined();
    });
  });
}
