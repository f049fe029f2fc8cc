/** What pods ask of nodes is the node agent's affair too: see libs/objects/placement. */
import { podNeeds as read } from '#objects';
import type { PodNeeds, PodSpec } from '#objects';

export { amountsOfList, portsClash } from '#objects';
export type { Amounts, HostPort, PodNeeds } from '#objects';

/** What comes from the change log is never changed in place: what was read of a spec stays true of it. */
const known = new WeakMap<PodSpec, PodNeeds>();

/** @throws QuantityError */
export function podNeeds(spec: PodSpec): PodNeeds {
  let needs = known.get(spec);
  if (!needs) known.set(spec, (needs = read(spec)));
  return needs;
}
