export { ControlLoop, type ControlLoopOptions } from './control-loop.js';
export { count, noUsage, type NodeUsage } from './scheduler/node-usage.js';
export { placePods } from './scheduler/place-pods.js';
export { podNeeds } from './scheduler/pod-needs.js';
