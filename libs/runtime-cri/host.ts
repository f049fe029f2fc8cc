import type { Clock } from '#clock';
import type { CriClient } from './grpc/client.js';
import type { NetworkLink } from './network/network-link.js';
import type { Known } from './pods/known.js';

/** What the parts of the runtime share. */
export interface Host {
  client: CriClient;
  clock: Clock;
  dataDir: string;
  cgroup: string | undefined;
  known: Known;
  network: NetworkLink;
  warn(message: string): void;
}
