import { sleep } from '#clock';
import { RuntimeError } from '#runtime';
import type { Host } from '../host.js';

/** containerd 1.6 fails to stop a container whose shim is just ending; a moment later it knows that it has ended. */
const SHIM_ENDING = /ttrpc: closed/;
const TRIES = 10;
const AGAIN_MS = 50;

/** Stopping or removing what is gone succeeds. */
export async function unlessGone({ clock }: Host, operation: () => Promise<unknown>): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      await operation();
      return;
    } catch (error) {
      if (!(error instanceof RuntimeError)) throw error;
      if (error.code === 'NOT_FOUND') return;
      if (!SHIM_ENDING.test(error.message) || tries === TRIES) throw error;
      await sleep(clock, AGAIN_MS);
    }
  }
}
