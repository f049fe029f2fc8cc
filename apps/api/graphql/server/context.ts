import type { Clock } from '#clock';
import type { Resources } from '#apiserver';
import { createLoaders, type Loaders } from './loaders.js';

/** What every resolver gets. One an operation; a subscription's stays for all its messages. */
export interface GraphqlContext {
  resources: Resources;
  loaders: Loaders;
  /** Epoch ms. */
  now: () => number;
}

export const createContext = (resources: Resources, clock: Clock): GraphqlContext => ({ resources, loaders: createLoaders(resources), now: () => clock.now() });
