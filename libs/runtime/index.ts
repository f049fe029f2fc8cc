export * from './port.js';
export * from './event-queue.js';
