/** How the api's and the worker's processes begin and end: the same for both, whether started alone or by `npm start`. */

export interface RunningApp {
  /** Ends the app in good order. */
  stop(): Promise<void>;
  /** Counters, for the benchmark. */
  stats?(): Promise<unknown> | unknown;
}

/**
 * Runs an app until SIGTERM, SIGINT, or the death of the supervisor that started it (its IPC channel closes).
 * A start that fails ends with one line on stderr and exit code 1. `stopApp` lets the app end itself (a lost lease, say).
 */
export async function runProcess(name: string, start: (stopApp: (why: string) => void) => Promise<RunningApp>): Promise<void> {
  let app: RunningApp | undefined;
  let stopping = false;
  const stop = (exitCode: number) => {
    if (stopping) return;
    stopping = true;
    void (app?.stop() ?? Promise.resolve()).then(
      () => process.exit(exitCode),
      (error: Error) => {
        console.error(`${name}: stopping failed: ${error.message}`);
        process.exit(1);
      },
    );
  };
  const fail = (why: string) => {
    console.error(`${name}: ${why}`);
    stop(1);
  };
  process.on('SIGTERM', () => stop(0));
  process.on('SIGINT', () => stop(0));
  process.on('disconnect', () => stop(0));
  process.on('message', (message) => {
    if (message === 'stats') void Promise.resolve(app?.stats?.() ?? {}).then((stats) => process.send?.({ stats }));
  });
  try {
    app = await start(fail);
  } catch (error) {
    console.error(`${name}: ${(error as Error).message}`);
    process.exit(1);
  }
}
