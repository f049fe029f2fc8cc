import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { Clock } from '#clock';
import { sleep } from '#clock';
import { StartError } from './options.js';

export interface ChildOptions {
  /** `api` or `worker`; stands before its lines. */
  name: string;
  script: URL;
  env: Record<string, string>;
  /** The line by which it says that it is ready. */
  ready: RegExp;
  clock: Clock;
  /** What it gets to end in good order beside what every process gets. */
  stopMs?: number;
  print: (line: string) => void;
}

/** What a process answers when it is asked for `stats`: see apps/process.ts. */
export interface ProcessStats {
  store?: { statements: number; commits: number; revisions: number; conflicts: number };
  queue?: { added: number; processed: number };
}

/** A process that died is started again after this, doubled at each death in a row up to the second figure. */
const RESTART_MS = 250;
const LONGEST_RESTART_MS = 10_000;
/** What a stopping process gets before it is killed. */
const STOP_MS = 15_000;

/**
 * One process of the service, kept running. It is a process group of its own, so that Ctrl-C in the terminal reaches the supervisor
 * alone, which stops the processes in order; the IPC channel tells the process when the supervisor has died.
 */
export class Child {
  private process?: ChildProcess;
  private stopping = false;
  private deaths = 0;

  constructor(private readonly options: ChildOptions) {}

  get pid(): number | undefined {
    return this.process?.pid;
  }

  /** Resolves when it has said that it is ready. @throws StartError with what it complained of, if it ends before. */
  start(): Promise<void> {
    return new Promise((resolve, reject) => {
      let ready = false;
      const child = fork(this.options.script, {
        env: { ...process.env, ...this.options.env },
        detached: true,
        stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      });
      this.process = child;
      // A start that fails is told once, by the error.
      const complaints: string[] = [];
      const onReady = () => {
        ready = true;
        this.deaths = 0;
        complaints.forEach(this.options.print);
        resolve();
      };
      eachLine(child.stdout!, (line) => {
        this.options.print(line);
        if (!ready && this.options.ready.test(line)) onReady();
      });
      eachLine(child.stderr!, (line) => (ready ? this.options.print(line) : complaints.push(line)));
      child.once('error', (error) => reject(new StartError(`${this.options.name} could not be started: ${error.message}`)));
      // 'close' comes after the streams have been read to their end, so the last line is known.
      child.once('close', (code, signal) => {
        if (this.stopping) return;
        const how = signal ? `was ended by ${signal}` : `ended with exit code ${code}`;
        if (!ready) reject(new StartError(complaints.join('\n') || `${this.options.name} ${how} before it was ready`));
        else void this.restart(how);
      });
    });
  }

  /** Asks the process over its IPC channel for its counters. */
  stats(): Promise<ProcessStats> {
    const child = this.process;
    if (!child?.connected) return Promise.reject(new StartError(`${this.options.name} is not running`));
    return new Promise((resolve) => {
      const onMessage = (message: unknown) => {
        if ((message as { stats?: ProcessStats }).stats === undefined) return;
        child.off('message', onMessage);
        resolve((message as { stats: ProcessStats }).stats);
      };
      child.on('message', onMessage);
      child.send('stats');
    });
  }

  /** SIGTERM, then SIGKILL when it takes too long. Resolves when it has ended. */
  async stop(): Promise<void> {
    this.stopping = true;
    const child = this.process;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    const cancel = this.options.clock.at(this.options.clock.now() + STOP_MS + (this.options.stopMs ?? 0), () => child.kill('SIGKILL'));
    child.kill('SIGTERM');
    await ended;
    cancel();
  }

  private async restart(how: string): Promise<void> {
    const delay = Math.min(RESTART_MS * 2 ** this.deaths++, LONGEST_RESTART_MS);
    this.options.print(`${this.options.name} ${how}; starting it again in ${delay} ms`);
    await sleep(this.options.clock, delay);
    if (this.stopping) return;
    await this.start().catch((error: Error) => (this.stopping ? undefined : this.restart(`failed (${error.message})`)));
  }
}

function eachLine(stream: Readable, onLine: (line: string) => void): void {
  createInterface({ input: stream }).on('line', onLine);
}
