import type { Clock } from '#clock';
import type { ClockStepper, Resources } from '#apiserver';
import type { PodStreams } from '../../streams/pod-streams.js';
import { createLoaders, type Loaders } from './loaders.js';

/** What operations are carried out with: the same for all. */
export interface GraphqlServices {
  resources: Resources;
  stepper: ClockStepper;
  streams: PodStreams;
  /** The system clock. */
  clock: Clock;
}

/** What every resolver gets. One an operation; a subscription's stays for all its messages. */
export interface GraphqlContext extends GraphqlServices {
  loaders: Loaders;
  /** Epoch ms. */
  now: () => number;
  /** Of the client, as it says. */
  userAgent?: string;
  /** What the server has to say of what the operation did, in Kubernetes' words: the answer's `extensions.warnings`. */
  warnings: string[];
}

export const createContext = (services: GraphqlServices, userAgent: string | undefined): GraphqlContext => ({
  ...services,
  loaders: createLoaders(services.resources),
  now: () => services.clock.now(),
  warnings: [],
  ...(userAgent && { userAgent }),
});
