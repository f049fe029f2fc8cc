import { RuntimeError, type ExecSyncResult, type StreamSession } from '#runtime';
import type { Bytes } from '../kernel/machine.js';
import { Outflow } from './flow.js';
import type { Host } from './host.js';
import { threadOf, type ContainerRecord } from './pods.js';
import { Collector, Session, type Consumer } from './session.js';
import { SIGKILL } from './signals.js';

type Wanted = { tty: boolean; stdin: boolean; stdout: boolean; stderr: boolean };

interface Exec {
  container: ContainerRecord;
  consumer: Consumer;
  stdin?: Outflow;
}

/** exec, attach and execSync. */
export class Sessions {
  private readonly execs = new Map<string, Exec>();
  /** By container id. */
  private readonly attached = new Map<string, { sessions: Set<Session>; stdin: Outflow }>();
  private lastExec = 0;

  constructor(private readonly host: Host) {}

  async exec(containerId: string, request: Wanted & { command: string[] }): Promise<StreamSession> {
    const container = this.host.pods.running(containerId);
    const thread = threadOf(container.pod);
    const id = this.nextId();
    const stdin = request.stdin ? new Outflow((data) => thread.send({ type: 'stdin', of: id, data })) : undefined;
    const session = new Session({
      stdout: request.stdout,
      stderr: request.stderr && !request.tty,
      ...(stdin && { stdin }),
      closeStdin: () => thread.send({ type: 'closeStdin', of: id }),
      resize: (columns, rows) => thread.send({ type: 'resize', of: id, columns, rows }),
      closed: () => thread.send({ type: 'closeStdin', of: id }),
    });
    await this.start(id, { container, consumer: session, ...(stdin && { stdin }) }, request);
    return session;
  }

  async execSync(containerId: string, command: string[], timeoutMs: number): Promise<ExecSyncResult> {
    const container = this.host.pods.running(containerId);
    const id = this.nextId();
    let cancel: () => void = () => undefined;
    try {
      return await new Promise<ExecSyncResult>((resolve, reject) => {
        const consumer = new Collector((result) => (result instanceof RuntimeError ? reject(result) : resolve(result)));
        if (timeoutMs > 0) {
          const { clock } = container.pod;
          cancel = clock.at(clock.now() + timeoutMs, () => {
            container.pod.thread?.send({ type: 'signalExec', execId: id, signal: SIGKILL });
            reject(new RuntimeError('TIMEOUT', `failed to exec in container: command "${command.join(' ')}" timed out after ${timeoutMs} ms`));
          });
        }
        this.start(id, { container, consumer }, { command, tty: false, stdin: false }).catch(reject);
      });
    } finally {
      cancel();
    }
  }

  async attach(containerId: string, request: Wanted): Promise<StreamSession> {
    const container = this.host.pods.running(containerId);
    const thread = threadOf(container.pod);
    let attached = this.attached.get(containerId);
    if (!attached) {
      attached = { sessions: new Set(), stdin: new Outflow((data) => thread.send({ type: 'stdin', of: containerId, data })) };
      this.attached.set(containerId, attached);
    }
    const { sessions, stdin } = attached;
    if (sessions.size === 0) thread.send({ type: 'forwardOutput', containerId, on: true });
    const session: Session = new Session({
      stdout: request.stdout,
      stderr: request.stderr && !container.tty,
      ...(request.stdin && container.stdin && { stdin }),
      closeStdin: () => {
        if (container.stdinOnce) thread.send({ type: 'closeStdin', of: containerId });
      },
      resize: (columns, rows) => thread.send({ type: 'resize', of: containerId, columns, rows }),
      closed: () => {
        if (sessions.delete(session) && sessions.size === 0) thread.send({ type: 'forwardOutput', containerId, on: false });
      },
    });
    sessions.add(session);
    return session;
  }

  /** Output of a container or exec. */
  output(of: string, stream: 'stdout' | 'stderr', data: Bytes, credit: () => void): void {
    const exec = this.execs.get(of);
    if (exec) return exec.consumer.output(stream, data, credit);
    const sessions = this.attached.get(of)?.sessions;
    // All that are attached have to have taken it: the slowest sets the pace, as with containerd.
    let left = sessions?.size ?? 0;
    if (left === 0) credit();
    else for (const session of [...(sessions ?? [])]) session.output(stream, data, () => --left === 0 && credit());
  }

  credit(of: string, bytes: number): void {
    (this.execs.get(of)?.stdin ?? this.attached.get(of)?.stdin)?.credit(bytes);
  }

  /** @returns whether it was an exec. */
  execExited(id: string, exitCode: number): boolean {
    const exec = this.execs.get(id);
    this.execs.delete(id);
    exec?.consumer.exited(exitCode);
    return exec !== undefined;
  }

  /** The container has ended: attached sessions end with it, and its execs, if the thread has not told of them (it was lost: `error`). */
  containerEnded(container: ContainerRecord, error?: RuntimeError): void {
    const { id, exitCode } = container.info;
    const consumers: Consumer[] = [...(this.attached.get(id)?.sessions ?? [])];
    this.attached.delete(id);
    for (const consumer of consumers) {
      if (error) consumer.failed(error);
      else consumer.exited(exitCode);
    }
    for (const [execId, exec] of this.execs) {
      if (exec.container !== container) continue;
      this.execs.delete(execId);
      if (error) exec.consumer.failed(error);
      else exec.consumer.exited(128 + SIGKILL);
    }
  }

  private start(id: string, exec: Exec, request: { command: string[]; tty: boolean; stdin: boolean }): Promise<void> {
    this.execs.set(id, exec);
    const init = { id, containerId: exec.container.info.id, argv: request.command, tty: request.tty, stdin: request.stdin };
    return new Promise((resolve, reject) => {
      const failed = (cause: RuntimeError) => {
        this.execs.delete(id);
        const words = `failed to exec in container: failed to start exec "${id}": OCI runtime exec failed: exec failed: unable to start container process: `;
        reject(cause.code === 'START_FAILED' ? new RuntimeError('START_FAILED', `${words}${cause.message}: unknown`, { cause }) : cause);
      };
      threadOf(exec.container.pod).ask({ type: 'startExec', exec: init }, () => resolve(), failed);
    });
  }

  private nextId(): string {
    return `exec-${++this.lastExec}`;
  }
}
