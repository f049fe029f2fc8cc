export { createCriRuntime } from './runtime.js';
export type { CriRuntimeOptions } from './options.js';
