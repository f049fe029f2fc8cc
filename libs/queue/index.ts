export * from './types.js';
export * from './errors.js';
export { BullMqQueue, type BullMqQueueOptions } from './bullmq-queue.js';
