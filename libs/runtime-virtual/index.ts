export { createVirtualRuntime, type VirtualRuntime } from './host/runtime.js';
export type { VirtualRuntimeOptions } from './host/options.js';
