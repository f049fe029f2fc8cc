export * from './kubelet.js';
export * from './errors.js';
export type { KubeletOptions } from './options.js';
export { PodNetwork, type RemoteTarget } from './network/pod-network.js';
export { PodClocks } from './clock/pod-clocks.js';
export { allocatePodCidr, nodeAddress } from './node/pod-cidr.js';
export { KUBELET_VERSION, VIRTUAL_CAPACITY } from './node/node-object.js';
