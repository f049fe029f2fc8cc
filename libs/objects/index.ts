export * from './types.js';
export * from './containers.js';
export * from './duration.js';
export * from './image-reference.js';
export * from './qos.js';
export * from './quantity.js';
export * from './selectable-fields.js';
export * from './time.js';
