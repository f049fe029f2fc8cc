import { afterAll, beforeAll, describe } from '@jest/globals';
import { clocks } from './clocks.js';
import { containers } from './containers.js';
import type { RuntimeCapabilities, Subject } from './fixture.js';
import { images } from './images.js';
import { listing } from './listing.js';
import { logs } from './logs.js';
import { networks } from './networks.js';
import { sandboxes } from './sandboxes.js';
import { streams } from './streams.js';
import { volumes } from './volumes.js';

export { readAll, TestPod, until, type RuntimeCapabilities, type Subject } from './fixture.js';

/**
 * What every runtime behind the port has to do, as Jest tests: to be called at the top of a spec file.
 * @param makeRuntime starts the runtime; called once, before the tests. The suite closes it.
 */
export function describeRuntimeConformance(name: string, makeRuntime: () => Promise<Subject>, capabilities: RuntimeCapabilities): void {
  describe(`${name} as a container runtime`, () => {
    let subject: Subject | undefined;
    const current = () => {
      if (!subject) throw new Error('the runtime has not been started');
      return subject;
    };
    beforeAll(async () => {
      subject = await makeRuntime();
      await subject.runtime.pullImage({ image: subject.image });
    });
    afterAll(async () => {
      await subject?.runtime.close();
      await subject?.dispose();
    });

    sandboxes(current);
    containers(current, capabilities);
    logs(current);
    streams(current);
    volumes(current, capabilities);
    networks(current);
    images(current);
    listing(current);
    if (capabilities.drivenClock) clocks(current);
  });
}
