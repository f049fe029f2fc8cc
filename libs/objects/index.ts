export * from './types.js';
export * from './selectable-fields.js';
