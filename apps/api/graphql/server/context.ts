import type { Clock } from '#clock';
import type { ClockStepper, Resources } from '#apiserver';
import { createLoaders, type Loaders } from './loaders.js';

/** What every resolver gets. One an operation; a subscription's stays for all its messages. */
export interface GraphqlContext {
  resources: Resources;
  stepper: ClockStepper;
  loaders: Loaders;
  /** Epoch ms. */
  now: () => number;
  /** What the server has to say of what the operation did, in Kubernetes' words: the answer's `extensions.warnings`. */
  warnings: string[];
}

export const createContext = (resources: Resources, stepper: ClockStepper, clock: Clock): GraphqlContext => ({
  resources,
  stepper,
  loaders: createLoaders(resources),
  now: () => clock.now(),
  warnings: [],
});
