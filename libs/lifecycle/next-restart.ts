import { fromTime, parseGoDuration } from '#objects';
import type { ContainerStatus } from '#objects';

const BACK_OFF = /^back-off (\S+) restarting failed container=/;

/**
 * When a container that is in its crash back-off is run again: epoch ms on the pod's clock; undefined: it does not wait for that. What a status
 * says of the back-off is its length, in the message (see obstacle in status/waiting.ts), and when the run before ended.
 */
export function nextRestartAt({ state, lastState }: Pick<ContainerStatus, 'state' | 'lastState'>): number | undefined {
  const { reason, message = '' } = state?.waiting ?? {};
  const delay = reason === 'CrashLoopBackOff' ? parseGoDuration(BACK_OFF.exec(message)?.[1] ?? '') : undefined;
  const ended = fromTime(lastState?.terminated?.finishedAt);
  return delay === undefined || ended === undefined ? undefined : ended + delay;
}
