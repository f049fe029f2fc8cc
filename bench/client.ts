/** A lean client of the REST API: what it costs is not the service's. */
import { Agent, request } from 'node:http';
import { createInterface } from 'node:readline';

export class BenchClient {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 64 });

  constructor(private readonly url: string) {}

  /** @throws Error for any status that is not 2xx. */
  call(method: string, path: string, body?: unknown): Promise<string> {
    return new Promise((resolve, reject) => {
      const text = body === undefined ? undefined : JSON.stringify(body);
      const headers = text === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) };
      const sent = request(`${this.url}${path}`, { method, agent: this.agent, headers }, (response) => {
        let answer = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => (answer += chunk));
        response.on('end', () =>
          response.statusCode! < 300 ? resolve(answer) : reject(new Error(`${method} ${path}: ${response.statusCode} ${answer.slice(0, 300)}`)),
        );
      });
      sent.on('error', reject);
      sent.end(text);
    });
  }

  async revision(): Promise<number> {
    const list = JSON.parse(await this.call('GET', '/api/v1/namespaces?limit=1')) as { metadata: { resourceVersion: string } };
    return Number(list.metadata.resourceVersion);
  }

  /** Each line of a watch from now on, as text. Returns what ends it. */
  async watch(path: string, onLine: (line: string) => void): Promise<() => void> {
    const after = await this.revision();
    return new Promise((resolve, reject) => {
      const sent = request(`${this.url}${path}?watch=true&resourceVersion=${after}`, (response) => {
        // Ending the watch breaks the answer off, which is what it is for.
        createInterface({ input: response }).on('line', onLine).on('error', () => undefined);
        resolve(() => sent.destroy());
      });
      sent.on('error', reject);
      sent.end();
    });
  }
}

/** Runs `task` for 0 .. count - 1, `parallel` at a time. */
export async function eachOf(count: number, parallel: number, task: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  const lane = async () => {
    while (next < count) await task(next++);
  };
  await Promise.all(Array.from({ length: Math.min(parallel, count) }, lane));
}
