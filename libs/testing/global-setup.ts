import { startTestServers } from './servers.js';
import type { TestServers } from './servers.js';

/** Jest runs setup and teardown in one process but may load them apart: what they share goes through the global object. */
export type Shared = typeof globalThis & { podboxTestServers?: TestServers };

export default async function setup(): Promise<void> {
  const servers = await startTestServers();
  (globalThis as Shared).podboxTestServers = servers;
  process.env.PODBOX_TEST_POSTGRES = servers.postgres;
  process.env.PODBOX_TEST_REDIS = servers.redis;
}
