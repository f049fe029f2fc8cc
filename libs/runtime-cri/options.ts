import type { Clock } from '#clock';

export interface CriRuntimeOptions {
  /** containerd's gRPC socket. */
  socket: string;
  /** The network namespace that containerd and the pods' bridge are in, as a file (/run/netns/..). Absent: this process's own. */
  netns?: string;
  /** The cgroup below which the pods' are made, for example /podbox-12345678. Absent: containerd's default; emptied folders then stay. */
  cgroup?: string;
  /** Where the pods' DNS server listens, in `netns`. */
  clusterDns: string;
  /** Kept over restarts: volumes, the pods' hosts files. */
  dataDir: string;
  /** The system clock: retries. */
  clock: Clock;
  /** Told what went wrong and was survived. */
  warn?(message: string): void;
}
