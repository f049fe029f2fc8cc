export { CriClient } from './grpc/client.js';
export { createCriRuntime } from './runtime.js';
export type { CriRuntimeOptions } from './options.js';
