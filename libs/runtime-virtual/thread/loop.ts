import type { Clock } from '#clock';
import { STREAM_WINDOW, type Machine, type MachineOutput } from '../kernel/machine.js';
import { LogWriter } from '../logs/log-writer.js';
import { VolumeKeeper } from '../volumes/volume-keeper.js';
import { applyCommand } from './commands.js';
import { HEARTBEAT_MS, type Command, type ThreadMessage } from './protocol.js';

/** Steps between two looks at the clock: about a millisecond. */
const STEPS = 1000;
/** How long a pod that is to come to rest may go on computing, in milliseconds. */
const PATIENCE_MS = 250;
/** How long the machine runs before the thread's event loop gets its turn. */
const SLICE_MS = 4;

export interface ThreadLoopOptions {
  machine: Machine;
  clock: Clock;
  post(messages: ThreadMessage[]): void;
  beat(): void;
  persistAfterMs: number;
}

/**
 * Runs a machine in turns: apply the commands that came, let it run for a few milliseconds, write logs, post what happened in one message,
 * then either go on in the next turn of the event loop or wait for the next timer or command.
 */
export class ThreadLoop {
  readonly machine: Machine;
  readonly logs: LogWriter;
  readonly volumes: VolumeKeeper;
  /** Containers whose output goes to the main thread too; it gives the credits for them. */
  readonly forwarded = new Set<string>();
  private outbox: ThreadMessage[] = [];
  /** Bytes of a container's output that were logged and not yet credited. */
  private readonly logged = new Map<string, number>();
  /** Who waits for pods to come to rest, and until when (system time). */
  private resting: { request: number; podUids: string[]; until: number }[] = [];
  private turnPending = false;
  private timerAt = Infinity;
  private cancelTimer: () => void = () => undefined;

  constructor(private readonly options: ThreadLoopOptions) {
    this.machine = options.machine;
    const warn = (message: string) => this.tell({ type: 'warning', message });
    this.logs = new LogWriter(warn);
    this.volumes = new VolumeKeeper({
      clock: options.clock,
      persistAfterMs: options.persistAfterMs,
      read: (id) => this.machine.readVolume(id),
      persisted: (volumeId) => this.tell({ type: 'persisted', volumeId }),
      warn,
    });
    this.keepBeating();
  }

  receive(commands: Command[]): void {
    // What a command does at once (a kill) happens now, not when the machine ran last; and what was due before comes before.
    this.machine.run(this.now(), 0);
    for (const command of commands) applyCommand(this, command);
    this.turn();
  }

  /** System time. */
  now(): number {
    return this.options.clock.now();
  }

  /** Posts a message with the next batch. */
  tell(message: ThreadMessage): void {
    this.outbox.push(message);
    this.scheduleTurn();
  }

  /** Answers the request when nothing in these pods can run, or some of it would not stop. */
  tellAtRest(request: number, podUids: string[]): void {
    this.resting.push({ request, podUids, until: this.now() + PATIENCE_MS });
  }

  private turn(): void {
    this.options.beat();
    const { machine } = this;
    const start = this.now();
    let now = start;
    let more: boolean;
    do {
      more = machine.run(now, STEPS);
      now = this.now();
    } while (more && now - start < SLICE_MS);
    const outputs = machine.takeOutputs();
    for (const output of outputs) this.carry(output);
    if (outputs.length > 0) {
      this.logs.flush();
      more = this.creditLogged() || more;
    }
    const changed = machine.takeChangedVolumes();
    if (changed.length > 0) this.volumes.changed(changed);
    if (this.resting.length > 0) this.answerAtRest();
    if (this.outbox.length > 0) {
      this.options.post(this.outbox);
      this.outbox = [];
    }
    if (more) this.scheduleTurn();
    else this.armTimer();
  }

  private answerAtRest(): void {
    const now = this.now();
    this.resting = this.resting.filter(({ request, podUids, until }) => {
      const { runnable, next, turns } = this.machine.activity(podUids);
      if (runnable.length > 0 && now < until) return true;
      this.outbox.push({ type: 'reply', request, ok: true, value: 0, rest: { next, activity: turns, busy: runnable } });
      return false;
    });
  }

  private carry(output: MachineOutput): void {
    if (output.type === 'output' && this.logs.has(output.of)) {
      this.logs.write(output.of, output.stream, output.data, output.at);
      if (this.forwarded.has(output.of)) this.outbox.push(output);
      else this.logged.set(output.of, (this.logged.get(output.of) ?? 0) + output.data.length);
      return;
    }
    if (output.type === 'exit') {
      this.logs.end(output.of, output.at);
      this.logged.delete(output.of);
      this.forwarded.delete(output.of);
    }
    this.outbox.push(output);
  }

  /** A log takes at most a window a turn from a container: what prints without end is slowed, and the others are not. */
  private creditLogged(): boolean {
    let credited = false;
    for (const [id, bytes] of this.logged) {
      if (bytes < STREAM_WINDOW / 2) continue;
      this.machine.credit(id, bytes);
      this.logged.delete(id);
      credited = true;
    }
    return credited;
  }

  private scheduleTurn(): void {
    if (this.turnPending) return;
    this.turnPending = true;
    setImmediate(() => {
      this.turnPending = false;
      this.turn();
    });
  }

  private armTimer(): void {
    const next = this.machine.nextTimer() ?? Infinity;
    if (next === this.timerAt) return;
    this.cancelTimer();
    this.timerAt = next;
    if (next === Infinity) return;
    this.cancelTimer = this.options.clock.at(next, () => {
      this.timerAt = Infinity;
      this.turn();
    });
  }

  private keepBeating(): void {
    this.options.beat();
    this.options.clock.at(this.now() + HEARTBEAT_MS, () => this.keepBeating());
  }
}
