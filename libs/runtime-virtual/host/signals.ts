import { constants } from 'node:os';

export const SIGKILL = constants.signals.SIGKILL;
export const SIGTERM = constants.signals.SIGTERM;

/** The number of a stop signal as images and pods name it: SIGTERM, TERM, 15, SIGRTMIN+3; undefined for what is none. */
export function signalNumber(name: string): number | undefined {
  if (/^\d+$/.test(name)) return Number(name) > 0 && Number(name) < 65 ? Number(name) : undefined;
  const full = name.toUpperCase().replace(/^(SIG)?/, 'SIG');
  const realTime = /^SIGRT(MIN\+|MAX-)(\d+)$/.exec(full);
  if (realTime) return realTime[1] === 'MIN+' ? 34 + Number(realTime[2]) : 64 - Number(realTime[2]);
  return (constants.signals as Record<string, number>)[full];
}
