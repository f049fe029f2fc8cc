import type { ClockNodes, NodeSettled, Resources } from '#apiserver';
import { statuses } from '#apiserver';
import type { Clock } from '#clock';
import { getFromNode, streamingAddress } from './node-streams.js';

/** What a node gets beyond its own time limit, for the way there and back. */
const WAY_MS = 2_000;

/** Asks the nodes' streaming servers how the pods of a namespace stand. */
export class HttpClockNodes implements ClockNodes {
  constructor(
    private readonly resources: Resources,
    private readonly secret: string,
    private readonly clock: Clock,
  ) {}

  async settle(node: string, namespace: string, revision: number, timeoutMs: number): Promise<NodeSettled> {
    const address = await streamingAddress(this.resources, node);
    const limit = new AbortController();
    const late = () => limit.abort(statuses.unavailable(`node ${node} does not answer`));
    const cancel = this.clock.at(this.clock.now() + timeoutMs + WAY_MS, late);
    try {
      const answer = await getFromNode(address, `/clock/${namespace}?revision=${revision}&timeoutMs=${timeoutMs}`, this.secret, limit.signal);
      let text = '';
      for await (const chunk of answer.setEncoding('utf8')) text += chunk as string;
      return JSON.parse(text) as NodeSettled;
    } finally {
      cancel();
    }
  }
}
