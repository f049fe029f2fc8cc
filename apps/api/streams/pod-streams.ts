import type { IncomingMessage } from 'node:http';
import type { Duplex, Readable } from 'node:stream';
import { KINDS, statuses, type ApiError, type Resources } from '#apiserver';
import type { Pod } from '#objects';
import type { Clock } from '#clock';
import type { RequestCause } from '#store';
import { readLogQuery } from './log-query.js';
import { getFromNode, postToNode, streamingAddress, streamPath, upgradeAtNode } from './node-streams.js';
import { execAtNode, type ExecEnd, type ExecRequest } from './pod-exec.js';
import { chooseContainer, chooseRun } from './pod-container.js';

/** Subresources of a pod that a connection is upgraded for. */
export type StreamingSubresource = 'exec' | 'attach' | 'portforward';

/** Logs, exec and attach: what may be asked is decided here, the bytes come from the pod's node. */
export class PodStreams {
  constructor(
    private readonly resources: Resources,
    private readonly secret: string,
    /** The system clock. */
    private readonly clock: Clock,
  ) {}

  /** undefined: there is nothing to read, since the pod has no node yet. @throws ApiError */
  async log(namespace: string, name: string, query: URLSearchParams, signal: AbortSignal): Promise<Readable | undefined> {
    const pod = await this.pod(namespace, name);
    const wanted = readLogQuery(query, name);
    const container = chooseContainer(pod, wanted.container);
    if (!pod.spec.nodeName) return undefined;
    const forNode = wanted.forNode;
    if (wanted.previous) forNode.set('previous', 'true');
    return this.logOfRun(pod, container, chooseRun(pod, container, wanted.previous), forNode, signal);
  }

  /** The log of one run of a container of a pod that has a node, as text. With `previous` in the query a run that is not kept any more is an error. @throws ApiError */
  async logOfRun(pod: Pod, container: string, run: number, forNode: URLSearchParams, signal: AbortSignal): Promise<Readable> {
    const address = await streamingAddress(this.resources, pod.spec.nodeName!);
    const query = new URLSearchParams(forNode);
    query.set('attempt', String(run));
    return getFromNode(address, streamPath('containerLogs', pod, container, query), this.secret, signal);
  }

  /** Carries an upgrade request to the pod's node, and then bytes both ways until one side ends. @throws ApiError before anything has been sent to the client */
  async upgrade(what: StreamingSubresource, namespace: string, name: string, query: URLSearchParams, client: { request: IncomingMessage; socket: Duplex; head: Buffer }): Promise<void> {
    const pod = await this.pod(namespace, name);
    if (what === 'portforward') throw notServed('port-forward');
    const container = chooseContainer(pod, query.get('container') ?? undefined);
    if (!pod.spec.nodeName) throw statuses.badRequest(`pod ${name} does not have a host assigned`);
    const address = await streamingAddress(this.resources, pod.spec.nodeName);
    const forNode = new URLSearchParams(query);
    forNode.delete('container');
    const node = await upgradeAtNode(address, streamPath(what, pod, container, forNode), this.secret, client.request);
    join(client.socket, node, client.head);
  }

  /** Runs a command to its end. @throws ApiError: it could not be started */
  async exec(namespace: string, name: string, wanted: ExecRequest): Promise<ExecEnd & { container: string }> {
    const pod = await this.pod(namespace, name);
    const container = chooseContainer(pod, wanted.container);
    if (!pod.spec.nodeName) throw statuses.badRequest(`pod ${name} does not have a host assigned`);
    const address = await streamingAddress(this.resources, pod.spec.nodeName);
    const query = new URLSearchParams({ stdout: 'true', stderr: 'true', ...(wanted.stdin !== undefined && { stdin: 'true' }) });
    for (const word of wanted.command) query.append('command', word);
    return { container, ...(await execAtNode(address, streamPath('exec', pod, container, query), this.secret, wanted, this.clock)) };
  }

  /** Has the pod's node stop its sandbox. Resolves when it has. @throws ApiError */
  async restartSandbox(namespace: string, name: string, request: RequestCause): Promise<void> {
    const pod = await this.pod(namespace, name);
    if (!pod.spec.nodeName) throw statuses.badRequest(`pod ${name} does not have a host assigned`);
    const address = await streamingAddress(this.resources, pod.spec.nodeName);
    const query = new URLSearchParams({ uid: pod.metadata.uid, verb: request.verb, ...(request.userAgent && { userAgent: request.userAgent }) });
    const answer = await postToNode(address, `/restartSandbox/${namespace}/${name}?${query.toString()}`, this.secret);
    answer.destroy();
  }

  private async pod(namespace: string, name: string): Promise<Pod> {
    return (await this.resources.get(KINDS.Pod, namespace, name)) as unknown as Pod;
  }
}

const notServed = (what: string): ApiError => statuses.badRequest(`${what} is not served yet (logs, exec and attach are)`);

/** Pipes two connections into each other; when one has closed, so does the other. */
function join(client: Duplex, node: Duplex, head: Buffer): void {
  if ('setNoDelay' in client) (client as Duplex & { setNoDelay(on: boolean): void }).setNoDelay(true);
  node.on('error', () => client.destroy());
  client.once('close', () => node.destroy());
  if (client.destroyed) return void node.destroy();
  node.write(head);
  client.pipe(node);
  node.pipe(client);
}
