/** The programs in examples/graphql, as a client's author starts them. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventuallyHolds, temporaryFolder } from '#testing';
import { startClockWorld, type ClockWorld } from '../testing/clock-world.js';

const ROOT = fileURLToPath(new URL('../../../..', import.meta.url));
const WITHIN = { timeoutMs: 60_000 };

let world: ClockWorld;
const started: ChildProcess[] = [];
beforeAll(async () => {
  world = await startClockWorld(['n1']);
});
afterAll(async () => {
  for (const child of started) child.kill('SIGKILL');
  await world?.close();
});

interface Program {
  /** Whole lines that it has printed. */
  lines(): string[];
  errors(): string;
  ended: Promise<number | null>;
  kill(): Promise<unknown>;
}

function start(command: string, ...args: string[]): Program {
  const child = spawn(command, args, { cwd: ROOT, env: { ...process.env, PODBOX_URL: world.api.url }, stdio: ['ignore', 'pipe', 'pipe'] });
  started.push(child);
  let output = '';
  let errors = '';
  child.stdout.on('data', (chunk) => (output += String(chunk)));
  child.stderr.on('data', (chunk) => (errors += String(chunk)));
  const ended = once(child, 'close').then(([code]) => code as number | null);
  return {
    lines: () => output.split('\n').slice(0, -1),
    errors: () => errors,
    ended,
    kill: () => {
      child.kill('SIGKILL');
      return ended;
    },
  };
}
const example = (name: string, ...args: string[]) => start(process.execPath, `dist/examples/graphql/${name}.js`, ...args);

describe('the examples for clients', () => {
  it('their types are those of the schema and of their operations', () => {
    const { status, stderr } = spawnSync(process.execPath, ['scripts/graphql-examples.mjs', '--check'], { cwd: ROOT, encoding: 'utf8' });
    expect([status, stderr]).toEqual([0, '']);
  });

  it('submit-lesson waits until all pods are ready, also when they are already; what is wrong with a lesson is said', async () => {
    const lesson = example('submit-lesson', 'examples/graphql/lesson.yaml', 'lesson-1');
    expect([await lesson.ended, lesson.errors()]).toEqual([0, '']);
    const lines = lesson.lines();
    expect(lines.slice(0, 2)).toEqual(['Pod server is submitted', 'Pod job is submitted']);
    expect(lines.slice(2, 4).sort()).toEqual(['job is ready', 'server is ready']);
    expect(lines[4]).toBe('the lesson is ready');
    const again = example('submit-lesson', 'examples/graphql/lesson.yaml', 'lesson-1');
    expect([await again.ended, again.errors(), again.lines().at(-1)]).toEqual([0, '', 'the lesson is ready']);
    const wrong = example('submit-lesson', 'examples/graphql/lesson.yaml', 'Lesson_1');
    expect([await wrong.ended, wrong.errors()]).toEqual([1, expect.stringMatching(/^INVALID: .*Lesson_1/)]);
  }, 120_000);

  it('follow-pods is killed, and goes on behind the last change that it has shown', async () => {
    const namespace = await world.namespace('followed');
    const folder = temporaryFolder('examples');
    const file = join(folder, 'cursor');
    await namespace.script('one', 'sleep 3600', { terminationGracePeriodSeconds: 0 });
    const first = example('follow-pods', 'followed', file);
    await eventuallyHolds(() => expect(first.lines().some((line) => line.includes('SYNCED'))).toBe(true), WITHIN);
    await eventuallyHolds(() => expect(first.lines().some((line) => /\tone\t1\/1\tRunning\t0$/.test(line))).toBe(true), WITHIN);
    const cursorOf = (line: string | undefined) => line?.split('\t')[0];
    await eventuallyHolds(() => expect(Number(readFileSync(file, 'utf8'))).toBeGreaterThanOrEqual(Number(cursorOf(first.lines().at(-1)))));
    await first.kill();
    await namespace.remove('one', '?gracePeriodSeconds=0');
    const second = example('follow-pods', 'followed', file);
    await eventuallyHolds(() => expect(second.lines().at(-1)).toMatch(/\tDELETED\tone\t/), WITHIN);
    expect(second.lines().every((line) => !line.includes('\tADDED\t') && !line.includes('SYNCED'))).toBe(true);
    expect(Number(cursorOf(second.lines()[0]))).toBeGreaterThan(Number(cursorOf(first.lines().at(-1))));
    await second.kill();
    rmSync(folder, { recursive: true });
  }, 120_000);

  const withCurl = spawnSync('curl', ['--version']).status === 0 ? it : it.skip;
  withCurl('follow-pods.sh wants nothing but curl', async () => {
    const namespace = await world.namespace('curled');
    await namespace.script('one', 'sleep 3600', { terminationGracePeriodSeconds: 0 });
    const messages = (program: Program) =>
      program.lines().flatMap((line) => (line.startsWith('data: ') ? [(JSON.parse(line.slice(6)) as { data: { podChanges: { type: string; cursor: string; pod: { name: string } | null } } }).data.podChanges] : []));
    const first = start('examples/graphql/follow-pods.sh', 'curled');
    await eventuallyHolds(() => expect(messages(first).map(({ type }) => type)).toContain('SYNCED'), WITHIN);
    const { cursor } = messages(first).find(({ type }) => type === 'SYNCED')!;
    await first.kill();
    await namespace.script('two', 'sleep 3600', { terminationGracePeriodSeconds: 0 });
    const second = start('examples/graphql/follow-pods.sh', 'curled', cursor);
    await eventuallyHolds(() => expect(messages(second).some(({ type, pod }) => type === 'ADDED' && pod?.name === 'two')).toBe(true), WITHIN);
    expect(messages(second).some(({ type }) => type === 'SYNCED')).toBe(false);
    await second.kill();
  }, 120_000);
});
