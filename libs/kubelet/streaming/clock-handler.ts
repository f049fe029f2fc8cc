import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Settled } from '../clock/settler.js';

/** Resolves when the pods of the namespace on this node have done all that they can do before time goes on. */
export type SettleClock = (namespace: string, revision: number, timeoutMs: number) => Promise<Settled>;

const PATH = /^\/clock\/([^/]+)$/;

/** Answers /clock/{namespace}?revision=..&timeoutMs=.. with a Settled as JSON; undefined: the request is for something else. */
export function clockAnswer(message: IncomingMessage, response: ServerResponse, settle: SettleClock): Promise<void> | undefined {
  const url = message.url ?? '';
  if (!URL.canParse(url, 'http://node')) return undefined;
  const { pathname, searchParams } = new URL(url, 'http://node');
  const namespace = PATH.exec(pathname)?.[1];
  if (namespace === undefined) return undefined;
  const answer = async () => {
    const settled = await settle(namespace, Number(searchParams.get('revision')), Number(searchParams.get('timeoutMs')));
    response.writeHead(200, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify(settled));
  };
  return answer();
}
