/** An api server, nodes and the control work over one database, for the tests of clocks. */
import { SystemClock } from '#clock';
import { ControlLoop } from '#control';
import type { Event, KubeObject, Pod } from '#objects';
import { BullMqQueue } from '#queue';
import { openStore } from '#store';
import { startCluster } from '#testing/nodes';
import type { TestCluster } from '#testing/nodes';
import { call, startTestApi } from './test-api.js';
import type { Answered, TestApi } from './test-api.js';

export interface ClockWorld {
  api: TestApi;
  cluster: TestCluster;
  /** Makes a namespace, with a clock (spec), or none. */
  namespace(name: string, spec?: object): Promise<Namespace>;
  close(): Promise<void>;
}

export class Namespace {
  private readonly core: string;
  private readonly clocks: string;

  constructor(
    url: string,
    readonly name: string,
  ) {
    this.core = `${url}/api/v1/namespaces/${name}`;
    this.clocks = `${url}/apis/podbox.dev/v1/namespaces/${name}/clocks`;
  }

  async pod(name: string, spec: object): Promise<Pod> {
    const body = { apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec };
    return (await good(call(`${this.core}/pods`, { method: 'POST', body }))).body as KubeObject as Pod;
  }

  /** A pod of one container that runs a shell script. */
  script(name: string, script: string, spec: object = {}, container: object = {}): Promise<Pod> {
    return this.pod(name, { ...spec, containers: [{ name: 'app', image: 'busybox:1.36', command: ['sh', '-c', script], ...container }] });
  }

  async read(name: string): Promise<Pod> {
    return (await good(call(`${this.core}/pods/${name}`))).body as KubeObject as Pod;
  }

  remove(name: string, query = ''): Promise<Answered> {
    return call(`${this.core}/pods/${name}${query}`, { method: 'DELETE' });
  }

  /** As `kubectl patch pod NAME --subresource resize`. */
  async resize(name: string, container: object): Promise<Answered> {
    return good(call(`${this.core}/pods/${name}/resize`, { method: 'PATCH', body: { spec: { containers: [container] } }, type: 'application/strategic-merge-patch+json' }));
  }

  async log(name: string): Promise<string> {
    return (await good(call(`${this.core}/pods/${name}/log`))).text;
  }

  async events(): Promise<Event[]> {
    return ((await good(call(`${this.core}/events`))).body as unknown as { items: Event[] }).items;
  }

  makeClock(spec: object): Promise<Answered> {
    return call(this.clocks, { method: 'POST', body: { apiVersion: 'podbox.dev/v1', kind: 'Clock', metadata: { name: 'clock' }, spec } });
  }

  clock(): Promise<Answered> {
    return call(`${this.clocks}/clock`);
  }

  patchClock(spec: object): Promise<Answered> {
    return call(`${this.clocks}/clock`, { method: 'PATCH', body: { spec }, type: 'application/merge-patch+json' });
  }

  removeClock(): Promise<Answered> {
    return call(`${this.clocks}/clock`, { method: 'DELETE' });
  }

  tryStep(body: object): Promise<Answered> {
    return call(`${this.clocks}/clock/step`, { method: 'POST', body });
  }

  /** @throws Error unless it succeeds */
  async step(body: object): Promise<StepStatus> {
    return (await good(this.tryStep(body))).body.status as StepStatus;
  }
}

export interface StepStatus {
  outcome: string;
  from: string;
  now: string;
  message?: string;
  leaps: number;
  busy?: string[];
  happened: { time: string; pod: string; status: string; ready: string; restarts: number; why: string }[];
}

async function good(answer: Promise<Answered>): Promise<Answered> {
  const { code, text } = await answer;
  if (code >= 300) throw new Error(`${code}: ${text}`);
  return answer;
}

export async function startClockWorld(nodes: string[], nodeOptions: object = {}): Promise<ClockWorld> {
  const cluster = await startCluster();
  const api = await startTestApi(cluster.databaseUrl, 'test');
  const clock = new SystemClock();
  const store = await openStore({ url: cluster.databaseUrl, clock, name: 'control' });
  const queue = new BullMqQueue({ url: cluster.redisUrl });
  const control = new ControlLoop({ store, queue, clock });
  for (const node of nodes) await cluster.node(node, nodeOptions);
  await control.start();
  return {
    api,
    cluster,
    namespace: async (name, spec) => {
      await good(call(`${api.url}/api/v1/namespaces`, { method: 'POST', body: { metadata: { name } } }));
      const namespace = new Namespace(api.url, name);
      if (spec) await good(namespace.makeClock(spec));
      return namespace;
    },
    close: async () => {
      await control.stop();
      await queue.close();
      await store.close();
      await api.close();
      await cluster.close();
    },
  };
}

/** Seconds after `from`. */
export const after = (from: string, time: string | null | undefined): number => (Date.parse(time ?? '') - Date.parse(from)) / 1000;
