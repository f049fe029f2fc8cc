export * from './port.js';
export * from './event-queue.js';
export * from './service-names.js';
