import type { Clock } from '#clock';
import type { ImageStore } from '../images/image-store.js';
import type { Addresses } from './addresses.js';
import type { EventQueue } from '#runtime';
import type { Pods } from './pods.js';
import type { ThreadPool } from './thread-pool.js';

/** What the parts of the host share. */
export interface Host {
  clock: Clock;
  dataDir: string;
  nodeIp: string;
  pool: ThreadPool;
  pods: Pods;
  addresses: Addresses;
  images: ImageStore;
  events: EventQueue;
  warn: (message: string) => void;
}
