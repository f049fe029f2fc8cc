import type { RuntimeContainer } from '#runtime';
import type { Cause } from '#store';
import type { Trigger } from '../pods/pod-record.js';

/** The most telling first: when several things woke one sync, this is what its revisions are put down to. */
const WEIGHT: Cause['what'][] = ['container-exit', 'probe', 'runtime', 'request', 'timer', 'decision'];

export function causeOf(node: string, triggers: Trigger[], containers: RuntimeContainer[]): Cause {
  let best: Trigger = { what: 'decision', detail: 'sync' };
  for (const trigger of triggers) if (WEIGHT.indexOf(trigger.what) < WEIGHT.indexOf(best.what)) best = trigger;
  const container = best.what === 'container-exit' ? containers.find((one) => one.id === best.id) : undefined;
  const detail = container ? `container ${container.metadata.name} exited with code ${container.exitCode} (${container.reason})` : best.detail;
  return { by: `node:${node}`, what: best.what, detail };
}
