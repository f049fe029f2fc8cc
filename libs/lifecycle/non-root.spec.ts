import { describe, expect, it } from '@jest/globals';
import { rootFault } from './non-root.js';
import { testPod } from './testing/world.js';

const WHERE = '(pod: "pod_default(uid-1)", container: x)';
const ROOT = `container has runAsNonRoot and image will run as root ${WHERE}`;

describe('a container that must not be root', () => {
  it.each<[string, object, object, { uid?: number; username?: string }, string | undefined]>([
    ['may be when nobody minds', {}, {}, { uid: 0 }, undefined],
    ['may not by its image', {}, { runAsNonRoot: true }, { uid: 0 }, ROOT],
    ['may not when its pod says so', { runAsNonRoot: true }, {}, { uid: 0 }, ROOT],
    ['may, where it says other than its pod', { runAsNonRoot: true }, { runAsNonRoot: false }, { uid: 0 }, undefined],
    ['may be a number that is not root', {}, { runAsNonRoot: true }, { uid: 101 }, undefined],
    ['may not be a name alone', {}, { runAsNonRoot: true }, { username: 'nginx' }, `container has runAsNonRoot and image has non-numeric user (nginx), cannot verify user is non-root ${WHERE}`],
    ['may be made someone', {}, { runAsNonRoot: true, runAsUser: 1000 }, { uid: 0 }, undefined],
    ['may be made someone by its pod', { runAsUser: 1000 }, { runAsNonRoot: true }, { uid: 0 }, undefined],
    ['may not be made root', {}, { runAsNonRoot: true, runAsUser: 0 }, { uid: 101 }, `container's runAsUser breaks non-root policy ${WHERE}`],
  ])('%s', (_sentence, ofPod, ofContainer, image, fault) => {
    const container = { name: 'x', securityContext: ofContainer };
    expect(rootFault(testPod({ containers: [container], securityContext: ofPod }), container, image)).toBe(fault);
  });
});
