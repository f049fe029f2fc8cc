/**
 * Follows pods live, over restarts of this program and of the service, without missing a change:
 *
 *   node dist/examples/graphql/follow-pods.js [namespace] [file that keeps the cursor]
 *
 * Every message bears a cursor. It is stored after the message has been dealt with, and the next connection goes on behind it.
 */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, Refused, results } from './client.js';
import type { FollowPodsSubscription, FollowPodsSubscriptionVariables } from './generated.js';

const [namespace = 'default', file] = process.argv.slice(2);
let cursor = file && existsSync(file) ? readFileSync(file, 'utf8').trim() || undefined : undefined;

function keep(next: string | undefined): void {
  cursor = next;
  if (!file) return;
  // In one step: a program that is killed here finds the old cursor or the new one, never half of it.
  writeFileSync(`${file}.new`, next ?? '');
  renameSync(`${file}.new`, file);
}

function show({ type, cursor: at, pod }: FollowPodsSubscription['podChanges']): void {
  if (pod) console.log(`${at}\t${type}\t${pod.name}\t${pod.ready}\t${pod.displayStatus}\t${pod.restarts}`);
  else if (type === 'SYNCED') console.log(`${at}\t${type}\twhat is above was there already; what follows happens now`);
}

/** What to do about an end: true, go on at once; false, wait a little. */
function wasExpected(problem: unknown): boolean {
  if (!(problem instanceof Refused)) {
    console.log('not connected; trying again');
    return false;
  }
  if (problem.code === 'EXPIRED') {
    console.log('away for too long: beginning again with what is there now');
    keep(undefined);
    return true;
  }
  // All up to the cursor has been dealt with; the rest comes again.
  if (problem.code === 'SLOW_CLIENT') return true;
  throw problem;
}

// A client's own retries would send the first cursor again: each connection is made anew, from where the last message left off.
const client = connect(0);
for (;;) {
  let goOn = false;
  try {
    for await (const { podChanges } of results<FollowPodsSubscription, FollowPodsSubscriptionVariables>(client, 'FollowPods', { namespace, after: cursor })) {
      show(podChanges);
      keep(podChanges.cursor);
    }
  } catch (problem) {
    goOn = wasExpected(problem);
  }
  if (!goOn) await sleep(1000);
}
