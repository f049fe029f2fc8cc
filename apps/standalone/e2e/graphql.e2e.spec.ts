/** The same over GraphQL: submit, look, and follow every change by its cursor. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createClient } from 'graphql-ws';
import type { Client } from 'graphql-ws';
import { WebSocket } from 'ws';
import { eventuallyHolds } from '#testing';
import { startService } from './started-service.js';
import type { StartedService } from './started-service.js';

interface PodChange {
  type: string;
  cursor: string;
  pod: { name: string; phase: string; displayStatus: string } | null;
}

describe('GraphQL', () => {
  let service: StartedService;
  let client: Client;
  beforeAll(async () => {
    service = await startService();
    client = createClient({ url: `${service.url.replace('http', 'ws')}/graphql`, webSocketImpl: WebSocket });
  });
  afterAll(async () => {
    await client?.dispose();
    await service?.dispose();
  });

  async function query<T>(query: string, variables: Record<string, unknown> = {}): Promise<T> {
    const answer = await fetch(`${service.url}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ query, variables }) });
    const { data, errors } = (await answer.json()) as { data: T; errors?: { message: string }[] };
    if (errors) throw new Error(JSON.stringify(errors));
    return data;
  }

  /** Collects until `stop` is called. */
  function follow<T>(query: string, field: string): { items: T[]; stop: () => void } {
    const items: T[] = [];
    const stop = client.subscribe<Record<string, T>>(
      { query },
      { next: ({ data }) => data && items.push(data[field]!), error: (error) => items.push(error as T), complete: () => undefined },
    );
    return { items, stop };
  }

  const CHANGES = (after?: string) => `subscription { podChanges(namespace: "default"${after ? `, after: "${after}"` : ''}) { type cursor pod { name phase displayStatus } } }`;

  it('submits a pod as YAML, shows it, and streams each change of its status and each event', async () => {
    const changes = follow<PodChange>(CHANGES(), 'podChanges');
    const events = follow<{ type: string; cursor: string; event: { reason: string } | null }>(
      'subscription { events(namespace: "default") { type cursor event { reason message } } }',
      'events',
    );
    await eventuallyHolds(() => expect(changes.items.map(({ type }) => type)).toContain('SYNCED'));
    await eventuallyHolds(() => expect(events.items.map(({ type }) => type)).toContain('SYNCED'));

    const yaml = [
      'apiVersion: v1',
      'kind: Pod',
      'metadata: {name: typed}',
      'spec:',
      '  terminationGracePeriodSeconds: 1',
      '  initContainers: [{name: init, image: busybox, command: [sleep, "1"]}]',
      '  containers: [{name: app, image: busybox, command: [sleep, "3600"]}]',
    ].join('\n');
    await query('mutation ($yaml: String) { createPod(namespace: "default", yaml: $yaml) { name } }', { yaml });
    await eventuallyHolds(() => expect(changes.items.map(({ pod }) => pod?.displayStatus)).toContain('Running'));

    const { pod } = await query<{ pod: unknown }>('{ pod(namespace: "default", name: "typed") { name phase displayStatus containers { name kind ready restartCount } } }');
    expect(pod).toEqual({
      name: 'typed',
      phase: 'Running',
      displayStatus: 'Running',
      containers: [
        { name: 'init', kind: 'INIT', ready: true, restartCount: 0 },
        { name: 'app', kind: 'APP', ready: true, restartCount: 0 },
      ],
    });
    const steps = changes.items.map(({ pod }) => pod?.displayStatus).filter((status, index, all) => status && status !== all[index - 1]);
    expect(steps).toEqual(expect.arrayContaining(['Pending', 'Init:0/1', 'PodInitializing', 'Running']));
    await eventuallyHolds(() => {
      const reasons = events.items.map(({ event }) => event?.reason);
      for (const reason of ['Scheduled', 'Pulled', 'Created', 'Started']) expect(reasons).toContain(reason);
    });

    // A second client that comes back with a cursor sees exactly what followed it.
    const middle = changes.items.findIndex(({ pod }) => pod?.displayStatus === 'Init:0/1');
    const resumed = follow<PodChange>(CHANGES(changes.items[middle]!.cursor), 'podChanges');
    await query('mutation { deletePod(namespace: "default", name: "typed") { name } }');
    await eventuallyHolds(() => expect(changes.items.at(-1)?.type).toBe('DELETED'));
    const changed = (items: PodChange[]) => items.filter(({ type }) => !['SYNCED', 'BOOKMARK'].includes(type));
    await eventuallyHolds(() => expect(changed(resumed.items)).toEqual(changed(changes.items.slice(middle + 1))));
    for (const one of [changes, events, resumed]) one.stop();
  });

  it('maps Kubernetes errors to codes', async () => {
    await expect(query('mutation { deletePod(namespace: "default", name: "missing") { name } }')).rejects.toThrow('NOT_FOUND');
    await expect(query('mutation { createPod(namespace: "default", yaml: "kind: [") { name } }')).rejects.toThrow('BAD_REQUEST');
    await expect(query('mutation ($m: JSON) { createPod(namespace: "default", manifest: $m) { name } }', { m: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'x' }, spec: { containers: [] } } })).rejects.toThrow(
      /INVALID.*spec\.containers/s,
    );
  });
});
