export { ControlLoop, type ControlLoopOptions } from './control-loop.js';
export { ensureNamespaces, namespaceObject } from './bootstrap.js';
