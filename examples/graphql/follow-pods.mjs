// Follows pods live, over restarts of this program and of the service, without missing a change:
//   node examples/graphql/follow-pods.mjs [namespace] [file that keeps the cursor]
// Every message bears a cursor. It is stored after the message has been dealt with, and the next connection goes on behind it.
import { readFileSync, writeFileSync } from 'node:fs';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';

const [namespace = 'default', file] = process.argv.slice(2);
const url = process.env.PODBOX_GRAPHQL ?? 'ws://127.0.0.1:8080/graphql';

const query = `subscription ($namespace: String, $after: String) {
  podChanges(namespace: $namespace, after: $after) {
    type
    cursor
    pod { name ready displayStatus restarts }
  }
}`;

let cursor = readCursor();
const client = createClient({ url, webSocketImpl: WebSocket, retryAttempts: 0 });

for (;;) {
  try {
    // Begun anew after each interruption, from where the last message left off. (A client's own retry would send the first cursor again.)
    for await (const { data, errors } of client.iterate({ query, variables: { namespace, after: cursor } })) {
      if (errors) throw errors;
      const { type, pod, cursor: next } = data.podChanges;
      if (pod) console.log(`${next}\t${type}\t${pod.name}\t${pod.ready}\t${pod.displayStatus}\t${pod.restarts}`);
      else if (type === 'SYNCED') console.log(`${next}\t${type}\t(what is above was there already; what follows happens now)`);
      keepCursor(next);
    }
  } catch (problem) {
    if (codeOf(problem) === 'EXPIRED') {
      console.log('away for too long: beginning again with what is there now');
      keepCursor(undefined);
    } else if (codeOf(problem)) {
      console.error(problem);
      process.exit(1);
    } else {
      console.log('not connected; trying again');
    }
  }
  await new Promise((resolve) => setTimeout(resolve, 1000));
}

/** The code of an error that the service answered; undefined for a connection that broke. */
function codeOf(problem) {
  return Array.isArray(problem) ? problem[0]?.extensions?.code : undefined;
}

function readCursor() {
  try {
    return file && (readFileSync(file, 'utf8').trim() || undefined);
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function keepCursor(next) {
  cursor = next;
  if (file) writeFileSync(file, next ?? '');
}
