/** What pods ask of nodes is the node agent's affair too: see libs/objects/placement. */
export { amountsOfList, podNeeds, portsClash } from '#objects';
export type { Amounts, HostPort, PodNeeds } from '#objects';
