import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RequestCause } from '#store';

/** Stops the sandbox of a pod of this node; resolves with why it cannot be, or undefined when it has stopped. */
export type RestartSandbox = (uid: string, request: RequestCause) => Promise<string | undefined>;

const PATH = /^\/restartSandbox\/([^/]+)\/([^/]+)$/;

/** Answers POST /restartSandbox/{namespace}/{pod}?uid=..&verb=..&userAgent=..; undefined: the request is for something else. */
export function restartAnswer(message: IncomingMessage, response: ServerResponse, restart: RestartSandbox): Promise<void> | undefined {
  const url = message.url ?? '';
  if (message.method !== 'POST' || !URL.canParse(url, 'http://node')) return undefined;
  const { pathname, searchParams: query } = new URL(url, 'http://node');
  const name = PATH.exec(pathname)?.[2];
  if (name === undefined) return undefined;
  const userAgent = query.get('userAgent');
  const answer = async () => {
    const why = await restart(query.get('uid') ?? '', { verb: query.get('verb') ?? '', ...(userAgent && { userAgent }) });
    response.writeHead(why === undefined ? 200 : 400, { 'Content-Type': 'text/plain' });
    response.end(why === undefined ? '' : `the sandbox of pod ${name} cannot be restarted: ${why}`);
  };
  return answer();
}
