import { KINDS } from '#apiserver';

/** The rows of the kind table that GraphQL knows. */
export const { Clock: CLOCKS, Pod: PODS, Event: EVENTS, Namespace: NAMESPACES, Node: NODES, Service: SERVICES } = KINDS;
