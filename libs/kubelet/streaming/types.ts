import type { Clock } from '#clock';
import type { ContainerRuntime } from '#runtime';
import type { SettleClock } from './clock-handler.js';
import type { RestartSandbox } from './restart-handler.js';
import type { AcceptRemote } from '../network/pod-network.js';

/** A pod of this node, as the streaming server needs it. */
export interface StreamingPod {
  uid: string;
  /** The folder given to its sandboxes as logDirectory; logs lie in it at `<container>/<attempt>.log`. */
  logDirectory: string;
  /** The pod's clock: sinceSeconds counts on it. */
  clock: Clock;
}

export interface StreamingServerOptions {
  runtime: Pick<ContainerRuntime, 'listContainers' | 'exec' | 'attach'>;
  /** The cluster's secret: every request bears it as `Authorization: Bearer <secret>`. Not empty. */
  secret: string;
  /** The system clock, for looking at followed logs. */
  clock: Clock;
  /** The pod of this node by that name, or undefined. Pods that have ended count while their logs are kept. */
  podLookup(namespace: string, name: string): StreamingPod | undefined | Promise<StreamingPod | undefined>;
  /** Connects into a pod of this node, for pods of others. Absent: they cannot. */
  acceptRemote?: AcceptRemote;
  /** For whoever drives the namespaces' clocks. Absent: they cannot be. */
  settleClock?: SettleClock;
  /** For whoever wants a pod's sandbox made anew. Absent: nobody can. */
  restartSandbox?: RestartSandbox;
  /** Told of what goes wrong in a request beyond the client's own mistakes. */
  onError?(error: unknown, where: string): void;
}

export interface StreamingServer {
  /** What belongs on the Node object: status.addresses and status.daemonEndpoints.kubeletEndpoint.Port. */
  readonly address: string;
  readonly port: number;
  /** Ends every stream and stops listening. */
  close(): Promise<void>;
}
