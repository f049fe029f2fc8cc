// Submits a pod written in YAML and waits until it is ready:
//   node examples/graphql/submit-pod.mjs examples/myapp.yaml [namespace]
// The subscription begins behind the pod's own resourceVersion, so nothing that happens to it in between is missed.
import { readFileSync } from 'node:fs';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';

const [file, namespace] = process.argv.slice(2);
if (!file) {
  console.error('usage: node examples/graphql/submit-pod.mjs FILE.yaml [namespace]');
  process.exit(2);
}
const url = process.env.PODBOX_GRAPHQL ?? 'ws://127.0.0.1:8080/graphql';
const client = createClient({ url, webSocketImpl: WebSocket });

try {
  const pod = await submit(readFileSync(file, 'utf8'));
  console.log(`${pod.namespace}/${pod.name} is submitted`);
  await untilReady(pod);
} catch (problem) {
  console.error(Array.isArray(problem) ? problem.map(({ message }) => message).join('\n') : (problem.message ?? problem));
  process.exitCode = 1;
}
await client.dispose();

async function submit(yaml) {
  const query = 'mutation ($namespace: String, $yaml: String) { createPod(namespace: $namespace, yaml: $yaml) { name namespace resourceVersion } }';
  for await (const { data, errors } of client.iterate({ query, variables: { namespace, yaml } })) {
    if (errors) throw errors;
    return data.createPod;
  }
}

async function untilReady({ name, namespace, resourceVersion }) {
  const query = `subscription ($namespace: String, $name: String, $after: String) {
    podChanges(namespace: $namespace, name: $name, after: $after) { type pod { phase displayStatus conditions { type status } } }
  }`;
  let shown;
  for await (const { data, errors } of client.iterate({ query, variables: { namespace, name, after: resourceVersion } })) {
    if (errors) throw errors;
    const { type, pod } = data.podChanges;
    if (type === 'DELETED') throw new Error(`${name} was deleted`);
    if (!pod) continue;
    if (pod.displayStatus !== shown) console.log((shown = pod.displayStatus));
    if (pod.phase === 'Failed') throw new Error(`${name} has failed`);
    if (pod.phase === 'Succeeded' || pod.conditions.some((one) => one.type === 'Ready' && one.status === 'True')) return;
  }
}
