export * from './types.js';
export { KINDS, findKind, findResource, kindRows } from './kinds/table.js';
export { apiVersionOf } from './kinds/row.js';
export { StoreResources } from './resources/resources.js';
export * as statuses from './errors/status.js';
