import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { RuntimeContainer } from '#runtime';

export interface LogWanted {
  container: string;
  /** Which run; undefined: the newest, or with `previous` the one before it. */
  attempt?: number;
  previous: boolean;
}

/**
 * Which run's log is wanted. `containers`: the pod's, as the runtime lists them; `files`: the attempts that have a log file, which
 * outlive the runtime's knowledge of them (a thread or host that was lost). undefined: there is no such run.
 */
export function chooseAttempt(wanted: LogWanted, containers: RuntimeContainer[], files: number[]): number | undefined {
  const known = [...files, ...containers.filter((one) => one.metadata.name === wanted.container).map((one) => one.metadata.attempt)];
  if (wanted.attempt !== undefined) return known.includes(wanted.attempt) || !wanted.previous ? wanted.attempt : undefined;
  const newest = Math.max(...known);
  if (!wanted.previous) return known.length === 0 ? 0 : newest;
  return known.includes(newest - 1) ? newest - 1 : undefined;
}

/** `<container>/<attempt>.log` below the pod's log directory (libs/runtime: ContainerConfig.logPath). */
export const logPath = (logDirectory: string, container: string, attempt: number): string => join(logDirectory, container, `${attempt}.log`);

/** The attempts of a container that have a log file. */
export async function loggedAttempts(logDirectory: string, container: string): Promise<number[]> {
  try {
    const names = await readdir(join(logDirectory, container));
    return names.flatMap((name) => (/^\d+\.log$/.test(name) ? Number.parseInt(name, 10) : []));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/** Whether a run may still write: it is there and has not ended. What is not listed yet, or any more, writes nothing. */
export const mayWrite = (containers: RuntimeContainer[], container: string, attempt: number): boolean =>
  containers.some((one) => one.metadata.name === container && one.metadata.attempt === attempt && (one.state === 'RUNNING' || one.state === 'CREATED'));
