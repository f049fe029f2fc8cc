import { sleep } from '#clock';
import { RuntimeError } from '#runtime';
import type { ExitEnvelope } from '../grpc/messages.js';
import type { Host } from '../host.js';
import { POD_UID } from './labels.js';

const RETRY_MS = 200;
/** How long CRI is given to take note of an exit that containerd has reported. It takes milliseconds. */
const NOTED_MS = 5000;
const LOOK_MS = 5;

/** Turns the ends of processes that containerd reports into events. A stream that breaks is begun anew, and what was missed is found by listing. */
export class ExitWatch {
  private stopped = false;
  private stream: { cancel(): void } | undefined;

  constructor(private readonly host: Host) {}

  /** Resolves when what is there is known. */
  async start(): Promise<void> {
    const ended = this.follow();
    await this.relist();
    void this.keepFollowing(ended);
  }

  stop(): void {
    this.stopped = true;
    this.stream?.cancel();
  }

  private async keepFollowing(first: Promise<string>): Promise<void> {
    let ended = first;
    for (;;) {
      const why = await ended;
      if (this.stopped) return;
      this.host.warn(`containerd's event stream broke (${why}); beginning it anew`);
      await this.answering();
      if (this.stopped) return;
      ended = this.follow();
      await this.relist().catch((error: unknown) => this.host.warn(`listing after a break failed: ${String(error)}`));
    }
  }

  /** Resolves when containerd answers (again). */
  private async answering(): Promise<void> {
    while (!this.stopped) {
      await sleep(this.host.clock, RETRY_MS);
      if (this.stopped) return;
      try {
        await this.host.client.runtime('Version', { version: 'v1' });
        return;
      } catch (error) {
        if (!(error instanceof RuntimeError)) throw error; // Not there yet: containerd is being started again.
      }
    }
  }

  /** Resolves when the stream has ended, with the reason. */
  private follow(): Promise<string> {
    return new Promise((resolve) => {
      const stream = this.host.client.exits();
      this.stream = stream;
      let why = 'it ended';
      stream.on('data', ({ event }: ExitEnvelope) => {
        const exit = event?.value;
        if (exit && exit.id === exit.containerId) {
          this.ended(exit.id).catch((error: unknown) => this.host.warn(`the end of ${exit.id} could not be looked at: ${String(error)}`));
        }
      });
      // An error is followed by the close.
      stream.on('error', (error) => (why = error.message));
      stream.on('close', () => resolve(why));
    });
  }

  /** CRI learns of the exit at the same time as we do: the event is passed on when CRI's lists show it. */
  private async ended(id: string): Promise<void> {
    const { known, client, clock } = this.host;
    const until = clock.now() + NOTED_MS;
    const isSandbox = known.sandboxes.has(id);
    if (!isSandbox && !known.containers.has(id)) return;
    for (;;) {
      if (await this.noted(isSandbox, id, client)) break;
      if (clock.now() > until) throw new Error('CRI does not take note of it');
      await sleep(clock, LOOK_MS);
    }
    if (isSandbox) return known.sandboxStopped(id);
    await known.containers.get(id)?.starting;
    known.containerExited(id);
  }

  private async noted(isSandbox: boolean, id: string, client: Host['client']): Promise<boolean> {
    try {
      if (isSandbox) return (await client.runtime('PodSandboxStatus', { podSandboxId: id })).status.state === 'SANDBOX_NOTREADY';
      return (await client.runtime('ContainerStatus', { containerId: id, verbose: false })).status.state === 'CONTAINER_EXITED';
    } catch (error) {
      if (error instanceof RuntimeError && error.code === 'NOT_FOUND') return true;
      throw error;
    }
  }

  private async relist(): Promise<void> {
    const { known, client } = this.host;
    const filter = { labelSelector: {} };
    const [{ items }, { containers }] = await Promise.all([client.runtime('ListPodSandbox', { filter }), client.runtime('ListContainers', { filter })]);
    for (const { id, state, labels } of items) {
      const podUid = labels[POD_UID];
      if (podUid === undefined) continue;
      known.sandboxReady(id, podUid);
      if (state === 'SANDBOX_NOTREADY') known.sandboxStopped(id);
    }
    for (const { id, state, podSandboxId, labels } of containers) {
      const podUid = labels[POD_UID];
      if (podUid === undefined) continue;
      known.containerCreated(id, podUid, podSandboxId);
      if (state === 'CONTAINER_EXITED') known.containerExited(id);
    }
  }
}
