import type { Clock } from '#clock';
import type { ClockStepper, Resources } from '#apiserver';
import type { PodStreams } from '../../streams/pod-streams.js';
import type { GraphqlLimits } from '../limits/limits.js';
import type { Following } from '../operations/changes.js';
import type { Caller } from './authentication.js';
import { createLoaders, type Loaders } from './loaders.js';

/** What operations are carried out with: the same for all. */
export interface GraphqlServices {
  resources: Resources;
  stepper: ClockStepper;
  streams: PodStreams;
  /** The system clock. */
  clock: Clock;
  limits: GraphqlLimits;
}

/** What every resolver gets. One an operation; a subscription's stays for all its messages. */
export interface GraphqlContext extends GraphqlServices {
  /** Who asks. */
  caller: Caller;
  loaders: Loaders;
  /** Epoch ms. */
  now: () => number;
  /** How subscriptions follow changes. */
  following: Following;
  /** Of the client, as it says. */
  userAgent?: string;
  /** What the server has to say of what the operation did, in Kubernetes' words: the answer's `extensions.warnings`. */
  warnings: string[];
}

export const createContext = (services: GraphqlServices, caller: Caller): GraphqlContext => {
  const now = () => services.clock.now();
  return {
    ...services,
    caller,
    loaders: createLoaders(services.resources),
    now,
    following: { now, heartbeatMs: services.limits.heartbeatMs },
    warnings: [],
    ...(caller.userAgent && { userAgent: caller.userAgent }),
  };
};
