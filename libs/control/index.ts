export { ControlLoop, type ControlLoopOptions } from './control-loop.js';
export { count, noUsage, type NodeUsage } from './scheduler/node-usage.js';
export { Placer } from './scheduler/placer.js';
export { podNeeds } from './scheduler/pod-needs.js';
