/** Nest's names for what the api's parts share. A global module (apps/api/app.module.ts) provides them. */

/** Resources of #apiserver: the verbs of the Kubernetes API, that REST and GraphQL both delegate to. */
export const RESOURCES = Symbol('Resources');
/** Store of #store. */
export const STORE = Symbol('Store');
/** Clock of #clock: the system clock. */
export const CLOCK = Symbol('Clock');
/** ClockStepper of #apiserver. */
export const STEPPER = Symbol('ClockStepper');
/** GraphqlLimits of graphql/limits: what GraphQL's clients may ask for and take. */
export const GRAPHQL_LIMITS = Symbol('GraphqlLimits');
/** string: what the api shows to the workers' streaming servers (PODBOX_CLUSTER_SECRET). */
export const CLUSTER_SECRET = Symbol('ClusterSecret');
