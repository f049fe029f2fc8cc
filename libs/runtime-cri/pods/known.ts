import { EventQueue } from '#runtime';

interface KnownSandbox {
  podUid: string;
  stopped: boolean;
}

interface KnownContainer {
  podUid: string;
  sandboxId: string;
  /** Settles when a start that is under way has been told of: its end is told of afterwards. */
  starting?: Promise<void>;
  exited: boolean;
}

/**
 * Which sandboxes and containers there are, as far as has been told of: so that what both an operation and containerd's event stream
 * report becomes one event, and what happened while the stream was broken becomes one too.
 */
export class Known {
  readonly sandboxes = new Map<string, KnownSandbox>();
  readonly containers = new Map<string, KnownContainer>();
  readonly events = new EventQueue();

  sandboxReady(id: string, podUid: string): void {
    if (this.sandboxes.has(id)) return;
    this.sandboxes.set(id, { podUid, stopped: false });
    this.events.push(podUid, 'SANDBOX_READY', id);
  }

  sandboxStopped(id: string): void {
    const sandbox = this.sandboxes.get(id);
    if (!sandbox || sandbox.stopped) return;
    sandbox.stopped = true;
    this.events.push(sandbox.podUid, 'SANDBOX_STOPPED', id);
  }

  /** Its containers are gone with it. */
  sandboxRemoved(id: string): void {
    const sandbox = this.sandboxes.get(id);
    if (!sandbox) return;
    for (const [containerId, container] of this.containers) if (container.sandboxId === id) this.containerRemoved(containerId);
    this.sandboxStopped(id);
    this.sandboxes.delete(id);
    this.events.push(sandbox.podUid, 'SANDBOX_REMOVED', id);
  }

  containerCreated(id: string, podUid: string, sandboxId: string): void {
    if (this.containers.has(id)) return;
    this.containers.set(id, { podUid, sandboxId, exited: false });
    this.events.push(podUid, 'CONTAINER_CREATED', id);
  }

  containerStarted(id: string): void {
    const container = this.containers.get(id);
    if (container) this.events.push(container.podUid, 'CONTAINER_STARTED', id);
  }

  containerExited(id: string): void {
    const container = this.containers.get(id);
    if (!container || container.exited) return;
    container.exited = true;
    this.events.push(container.podUid, 'CONTAINER_EXITED', id);
  }

  containerRemoved(id: string): void {
    const container = this.containers.get(id);
    if (!container) return;
    this.containerExited(id);
    this.containers.delete(id);
    this.events.push(container.podUid, 'CONTAINER_REMOVED', id);
  }
}
