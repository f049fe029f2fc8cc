/**
 * What a training platform's backend does: gives a lesson a namespace of its own, submits its pods, and waits until they are ready.
 *
 *   node dist/examples/graphql/submit-lesson.js FILE.yaml NAMESPACE [seconds to wait]
 *
 * Either all objects of the file are there afterwards, or none. Submitting it again brings what is there up to date.
 */
import { readFileSync } from 'node:fs';
import { connect, Refused, result, results } from './client.js';
import type {
  FollowPodsSubscription,
  FollowPodsSubscriptionVariables,
  MakeLessonMutation,
  MakeLessonMutationVariables,
  SubmitLessonMutation,
  SubmitLessonMutationVariables,
} from './generated.js';

/** A lesson that nobody ends takes itself away. */
const LESSON_SECONDS = 2 * 60 * 60;

const [file, namespace, seconds = '120'] = process.argv.slice(2);
if (!file || !namespace) {
  console.error('usage: submit-lesson.js FILE.yaml NAMESPACE [seconds to wait]');
  process.exit(2);
}
type Pod = NonNullable<FollowPodsSubscription['podChanges']['pod']>;
const isReady = ({ phase, conditions }: Pod) => phase === 'Succeeded' || conditions.some(({ type, status }) => type === 'Ready' && status === 'True');

const client = connect(5);
const late = setTimeout(() => {
  console.error(`not ready within ${seconds} s`);
  process.exit(1);
}, Number(seconds) * 1000);
try {
  await makeNamespace(namespace);
  const { applyManifests } = await result<SubmitLessonMutation, SubmitLessonMutationVariables>(client, 'SubmitLesson', { namespace, yaml: readFileSync(file, 'utf8') });
  for (const { kind, name } of applyManifests) console.log(`${kind} ${name} is submitted`);
  await untilReady(namespace, new Set(applyManifests.filter(({ kind }) => kind === 'Pod').map(({ name }) => name)));
  console.log('the lesson is ready');
} catch (problem) {
  console.error(problem instanceof Refused ? `${String(problem.code)}: ${problem.message}` : problem);
  process.exitCode = 1;
}
clearTimeout(late);
await client.dispose();

async function makeNamespace(name: string): Promise<void> {
  try {
    await result<MakeLessonMutation, MakeLessonMutationVariables>(client, 'MakeLesson', { name, ttlSeconds: LESSON_SECONDS });
  } catch (problem) {
    // Submitted a second time: what is there is brought up to date.
    if (!(problem instanceof Refused && problem.code === 'ALREADY_EXISTS')) throw problem;
  }
}

/** Without a cursor the state comes first: what is ready already says so. */
async function untilReady(place: string, waiting: Set<string>): Promise<void> {
  const changes = results<FollowPodsSubscription, FollowPodsSubscriptionVariables>(client, 'FollowPods', { namespace: place });
  if (waiting.size === 0) return;
  for await (const { podChanges } of changes) {
    const { type, pod } = podChanges;
    if (!pod || !waiting.has(pod.name)) continue;
    if (type === 'DELETED') throw new Error(`${pod.name} was deleted`);
    if (pod.phase === 'Failed') throw new Error(`${pod.name} has failed: ${pod.displayStatus}`);
    if (!isReady(pod)) continue;
    console.log(`${pod.name} is ready`);
    waiting.delete(pod.name);
    if (waiting.size === 0) return;
  }
}
