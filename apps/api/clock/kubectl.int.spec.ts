/** A namespace's clock with stock kubectl. */
import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventuallyHolds } from '#testing';
import { Kubectl } from '../../standalone/e2e/kubectl.js';
import { startClockWorld } from '../testing/clock-world.js';
import type { ClockWorld, StepStatus } from '../testing/clock-world.js';

const EXAMPLE = new URL('../../../../examples/clock.yaml', import.meta.url).pathname;
const hasKubectl = spawnSync('kubectl', ['version', '--client']).status === 0;

(hasKubectl ? describe : describe.skip)('kubectl', () => {
  let world: ClockWorld;
  let kubectl: Kubectl;
  beforeAll(async () => {
    world = await startClockWorld(['node-a']);
    kubectl = new Kubectl(world.api.url);
  });
  afterAll(async () => {
    kubectl?.dispose();
    await world?.close();
  });

  const step = async (body: object) => {
    const ran = await kubectl.run(['create', '--raw', '/apis/podbox.dev/v1/namespaces/lesson/clocks/clock/step', '-f', '-'], JSON.stringify(body));
    if (ran.code !== 0) throw new Error(ran.stderr);
    return (JSON.parse(ran.stdout) as { status: StepStatus }).status;
  };
  const words = (text: string) => text.trim().split('\n').map((line) => line.trim().split(/ {2,}/));

  it('applies, shows, watches and steps the clock of examples/clock.yaml', async () => {
    expect(await kubectl.ok('api-resources', '--api-group=podbox.dev', '--no-headers')).toMatch(/^clocks +podbox\.dev\/v1 +true +Clock\n$/);
    expect(await kubectl.ok('apply', '-f', EXAMPLE)).toBe('namespace/lesson created\nclock.podbox.dev/clock created\npod/flaky created\n');
    const [head, row] = words(await kubectl.ok('get', 'clock', '-n', 'lesson'));
    expect([head, row!.slice(0, 3), row![4]]).toEqual([['NAME', 'RATE', 'PAUSED', 'NOW', 'AGE'], ['clock', '1', 'true'], '0s']);
    const watch = kubectl.follow('get', 'clock', '-n', 'lesson', '-w', '--no-headers');
    await eventuallyHolds(() => expect(watch.output()).toContain('clock'));
    const { happened } = await step({ seconds: 600 });
    expect(happened.filter(({ status }) => status === 'CrashLoopBackOff')).toHaveLength(6);
    await eventuallyHolds(() => expect(watch.output().trim().split('\n').length).toBeGreaterThan(10));
    await watch.stop();
    expect(words(await kubectl.ok('get', 'pod', '-n', 'lesson', '--no-headers'))[0]).toEqual(['flaky', '0/1', expect.stringMatching(/^CrashLoopBackOff$/), expect.stringMatching(/^6 \(\d+[ms0-9]* ago\)$/), '10m']);
    expect(words(await kubectl.ok('get', 'clocks', '-n', 'lesson', '-o', 'wide'))[1]!.at(-1)).toBe('Reached');
  });

  it('resizes a pod of the namespace, and says why the node does not', async () => {
    const patch = (cpu: string, name: string) => ['patch', 'pod', name, '-n', 'lesson', '--subresource', 'resize', '--patch', JSON.stringify({ spec: { containers: [{ name: 'app', resources: { requests: { cpu } } }] } })];
    expect((await kubectl.run(patch('1', 'flaky'))).stderr).toContain('Pod QOS Class may not change as a result of resizing');
    const sized = { image: 'busybox:1.36', command: ['sleep', '3600'], name: 'app', resources: { requests: { cpu: '100m' } } };
    const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'sized', namespace: 'lesson' }, spec: { containers: [sized] } };
    expect((await kubectl.run(['apply', '-f', '-'], JSON.stringify(pod))).stdout).toBe('pod/sized created\n');
    await step({ seconds: 5 });
    expect(await kubectl.run(patch('200m', 'sized'))).toMatchObject({ stdout: 'pod/sized patched\n', stderr: '' });
    await step({ seconds: 5 });
    expect(await kubectl.ok('get', 'pod', 'sized', '-n', 'lesson', '-o', 'jsonpath={.status.containerStatuses[0].resources.requests.cpu} {.status.containerStatuses[0].restartCount}')).toBe('200m 0');
    await kubectl.ok(...patch('5000', 'sized'));
    await step({ seconds: 5 });
    const condition = '{.status.conditions[?(@.type=="PodResizePending")]';
    expect(await kubectl.ok('get', 'pod', 'sized', '-n', 'lesson', '-o', `jsonpath=${condition}.reason}: ${condition}.message}`)).toBe("Infeasible: Node didn't have enough capacity: cpu, requested: 5000000, capacity: 2000000");
    expect(await kubectl.ok('describe', 'pod', 'sized', '-n', 'lesson')).toMatch(/Warning +ResizeInfeasible +.* Pod resize Infeasible: \{"containers":\[\{"name":"app","resources":\{"requests":\{"cpu":"5k"\}\}\}\],"generation":3,"error":"Node didn't/);
  });

  it('changes, describes, explains and deletes it', async () => {
    expect(await kubectl.ok('patch', 'clock', 'clock', '-n', 'lesson', '--type=merge', '-p', '{"spec":{"rate":60}}')).toBe('clock.podbox.dev/clock patched\n');
    expect(await kubectl.ok('get', 'clock', '-n', 'lesson', '-o', 'jsonpath={.items[0].spec.rate} {.items[0].metadata.generation}')).toBe('60 2');
    expect(await kubectl.ok('apply', '-f', EXAMPLE)).toContain('clock.podbox.dev/clock unchanged\n');
    expect(await kubectl.ok('apply', '--server-side', '--force-conflicts', '-f', EXAMPLE)).toContain('clock.podbox.dev/clock serverside-applied\n');
    expect(await kubectl.ok('describe', 'clock', '-n', 'lesson')).toMatch(/Paused: +true\n[\s\S]*Outcome: +Reached/);
    expect(await kubectl.ok('explain', 'clock.spec.rate')).toContain('Seconds of the namespace that pass in a second');
    const refused = await kubectl.run(['patch', 'clock', 'clock', '-n', 'lesson', '--type=merge', '-p', '{"spec":{"rate":0}}']);
    expect(refused.stderr).toContain('The Clock "clock" is invalid: spec.rate: Invalid value: 0: must be between 0.1 and 1000');
    expect(await kubectl.ok('delete', 'clock', 'clock', '-n', 'lesson')).toMatch(/^clock\.podbox\.dev "clock" deleted/);
  });
});
