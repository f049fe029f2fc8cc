import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { computePodStatus } from './status/pod-status.js';
import { World } from './testing/world.js';

/** Whatever happens to a pod, in whatever order. */
type Happening = { what: 'exit'; which: number; code: number } | { what: 'pass'; seconds: number } | { what: 'reboot' | 'killPause' | 'image' };

const happening: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ what: fc.constant('exit' as const), which: fc.nat(3), code: fc.constantFrom(0, 0, 1, 137) }) },
  { weight: 3, arbitrary: fc.record({ what: fc.constant('pass' as const), seconds: fc.constantFrom(1, 10, 700) }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constantFrom('reboot' as const, 'killPause' as const, 'image' as const) }) },
);

const image = 'busybox:1.28';
const life = fc.record({
  restartPolicy: fc.constantFrom('Always' as const, 'OnFailure' as const, 'Never' as const),
  init: fc.array(fc.boolean(), { maxLength: 3 }),
  apps: fc.integer({ min: 1, max: 2 }),
  happenings: fc.array(happening, { maxLength: 15 }),
});

function start(restartPolicy: 'Always' | 'OnFailure' | 'Never', init: boolean[], apps: number): World {
  return new World({
    restartPolicy,
    initContainers: init.map((sidecar, index) => ({ name: `i${index}`, image, ...(sidecar && { restartPolicy: 'Always' }) })),
    containers: Array.from({ length: apps }, (_, index) => ({ name: `x${index}`, image })),
  }).settle();
}

function apply(world: World, event: Happening): void {
  const running = world.running();
  if (event.what === 'exit') {
    if (running.length > 0) world.exit(running[event.which % running.length]!, event.code);
  } else if (event.what === 'pass') world.pass(event.seconds * 1000);
  else if (event.what === 'image') {
    world.pod.spec.containers[0]!.image = `busybox:${world.now}`;
    world.settle();
  } else if (event.what === 'reboot' || world.observed.sandboxes.length > 0) world[event.what]();
}

describe('any life of a pod', () => {
  it('never runs a container twice at once, nor an app before its init containers are done, and rests when nothing happens', () => {
    fc.assert(
      fc.property(life, ({ restartPolicy, init, apps, happenings }) => {
        const world = start(restartPolicy, init, apps);
        const check = () => {
          const running = world.running();
          expect(new Set(running).size).toBe(running.length);
          const initializing = init.some((sidecar, index) => !sidecar && running.includes(`i${index}`));
          if (initializing) expect(running.filter((name) => name.startsWith('x'))).toEqual([]);
          if (world.pod.status.phase === 'Succeeded' || world.pod.status.phase === 'Failed') expect(running).toEqual([]);
          // What is written is what would be written again.
          expect(computePodStatus(world.pod, world.observed, world.now)).toStrictEqual(world.pod.status);
        };
        check();
        for (const event of happenings) {
          const phase = world.pod.status.phase;
          apply(world, event);
          check();
          if (phase === 'Succeeded' || phase === 'Failed') expect(world.pod.status.phase).toBe(phase);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('comes to the end that its restart policy gives it', () => {
    fc.assert(
      fc.property(life, ({ restartPolicy, init, apps, happenings }) => {
        const world = start(restartPolicy, init, apps);
        for (const event of happenings) apply(world, event);
        // From now on all goes well: init containers succeed, and after ten minutes every back-off is over.
        for (let round = 0; round < 4; round += 1) {
          world.pass(400_000);
          for (const name of world.running()) if (name.startsWith('i') && !init[Number(name.slice(1))]) world.exit(name, 0);
        }
        const { phase } = world.pod.status;
        if (restartPolicy === 'Always') expect(phase).toBe('Running');
        else if (phase === 'Running') expect(world.running().some((name) => name.startsWith('x'))).toBe(true);
        else expect(['Succeeded', 'Failed']).toContain(phase);
      }),
      { numRuns: 100 },
    );
  });
});
