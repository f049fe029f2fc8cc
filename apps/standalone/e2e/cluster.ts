/** What the end-to-end tests ask of a started service, in their words, over the official client. */
import { readFileSync } from 'node:fs';
import { PassThrough, Readable } from 'node:stream';
import * as k8s from '@kubernetes/client-node';
import { parseAllDocuments } from 'yaml';
import { eventually } from '#testing';
import { NAMESPACE, clientFor } from './client.js';

const EXAMPLES = new URL('../../../../examples/', import.meta.url);

export interface Executed {
  code: number;
  stdout: string;
  stderr: string;
}

/** The objects of a manifest in examples/. */
export function example<T>(name: string): T[] {
  return parseAllDocuments(readFileSync(new URL(`${name}.yaml`, EXAMPLES), 'utf8')).map((document) => document.toJS() as T);
}

export class Cluster {
  readonly core: k8s.CoreV1Api;
  private readonly config: k8s.KubeConfig;

  constructor(url: string) {
    ({ core: this.core, config: this.config } = clientFor(url));
  }

  create(body: k8s.V1Pod): Promise<k8s.V1Pod> {
    return this.core.createNamespacedPod({ namespace: NAMESPACE, body });
  }
  get(name: string): Promise<k8s.V1Pod> {
    return this.core.readNamespacedPod({ namespace: NAMESPACE, name });
  }

  /** Waits until the pod is as wanted, and returns it. */
  until(name: string, describe: string, wanted: (pod: k8s.V1Pod) => boolean, timeoutMs = 30_000): Promise<k8s.V1Pod> {
    return eventually(
      async () => {
        const pod = await this.get(name);
        if (wanted(pod)) return pod;
        throw new Error(JSON.stringify(pod.status));
      },
      { describe: `${name} is ${describe}`, timeoutMs },
    );
  }
  ready(name: string): Promise<k8s.V1Pod> {
    return this.until(name, 'ready', (pod) => pod.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false);
  }
  async gone(name: string): Promise<void> {
    await eventually(
      () =>
        this.get(name).then(
          (pod) => Promise.reject(new Error(JSON.stringify(pod.status))),
          (error: k8s.ApiException<unknown>) => error.code === 404,
        ),
      { describe: `${name} is gone` },
    );
  }

  log(name: string, container: string, previous = false): Promise<string> {
    return this.core.readNamespacedPodLog({ namespace: NAMESPACE, name, container, previous });
  }

  /** Runs a shell script in a container, to its end. */
  async exec(name: string, container: string, script: string, input?: string): Promise<Executed> {
    const outputs = { stdout: new PassThrough(), stderr: new PassThrough() };
    const stdin = input === undefined ? null : Readable.from([input]);
    const status = await new Promise<k8s.V1Status>((resolve, reject) => {
      new k8s.Exec(this.config).exec(NAMESPACE, name, container, ['sh', '-c', script], outputs.stdout, outputs.stderr, stdin, false, resolve).catch(reject);
    });
    if (status.status !== 'Success' && status.reason !== 'NonZeroExitCode') throw new Error(`exec in ${name}/${container}: ${status.message}`);
    const code = Number(status.details?.causes?.find(({ reason }) => reason === 'ExitCode')?.message ?? 0);
    const text = (stream: PassThrough) => String((stream.read() as Buffer | null) ?? '');
    return { code, stdout: text(outputs.stdout), stderr: text(outputs.stderr) };
  }
}

/** By container: its id and how often it was restarted. */
export const runsOf = (pod: k8s.V1Pod): Record<string, [string | undefined, number]> =>
  Object.fromEntries((pod.status?.containerStatuses ?? []).map(({ name, containerID, restartCount }) => [name, [containerID, restartCount]]));
