import type { Shared } from './global-setup.js';

export default async function teardown(): Promise<void> {
  await (globalThis as Shared).podboxTestServers?.stop();
}
