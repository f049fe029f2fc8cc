import type { Clock } from '#clock';
import type { Store } from '#store';
import type { Context } from './context.js';
import { NamespaceTimes } from './namespace-times.js';
import { NamespaceCheck } from './namespaces.js';
import { Priorities } from './priorities.js';
import { QuotaDesk } from './quotas.js';

/** What the verbs work with over a store; nothing is known of it yet. */
export const contextOver = (store: Store, clock: Clock, serviceAccountTokens: boolean): Context => ({
  store,
  clock,
  times: new NamespaceTimes(store, clock),
  namespaces: new NamespaceCheck(store),
  quotas: new QuotaDesk(store),
  serviceAccountTokens,
  priorities: new Priorities(store, clock),
});
