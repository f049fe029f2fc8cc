import type { Clock } from '#clock';
import type { Cause, Store } from '#store';
import type { KindRow } from '../kinds/row.js';
import type { WriteOptions } from '../types.js';
import type { NamespaceTimes } from './namespace-times.js';
import type { NamespaceCheck } from './namespaces.js';
import type { Priorities } from './priorities.js';
import type { QuotaDesk } from './quotas.js';

/** What every verb works with. */
export interface Context {
  store: Store;
  /** The system clock. */
  clock: Clock;
  /** Creation and deletion time stamps. */
  times: NamespaceTimes;
  namespaces: NamespaceCheck;
  quotas: QuotaDesk;
  priorities: Priorities;
  /** Pods get their account's token where neither they nor the account say anything of it. */
  serviceAccountTokens: boolean;
}

/** To be called when an object has been written or removed: what is known because of it may be so no more. */
export function forgetAfter({ namespaces, times, priorities }: Context, row: KindRow, namespace: string, name: string): void {
  if (row.isPolicy) namespaces.forget(namespace);
  else if (row.kind === 'Namespace') namespaces.forget(name);
  else if (row.kind === 'Clock') times.forget(namespace);
  else if (row.kind === 'PriorityClass') priorities.forget();
}

/** How often a write that was overtaken by another is tried again before the client gets the conflict. */
export const MAX_ATTEMPTS = 20;

/** `verb`: Kubernetes' name of what is done, where the request does not say what it calls it. */
export function requestCause({ cause, verb, userAgent, fieldManager }: Requested, otherwise: string): Cause {
  return { by: 'api', what: 'request', detail: cause, request: { verb: verb ?? otherwise, ...(userAgent && { userAgent }), ...(fieldManager && { fieldManager }) } };
}

export type Requested = Pick<WriteOptions, 'cause' | 'verb' | 'userAgent' | 'fieldManager'>;

export const requested = ({ cause, verb, userAgent, fieldManager }: Requested): Requested => ({ cause, verb, userAgent, fieldManager });
