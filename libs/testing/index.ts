export * from './database.js';
export * from './redis.js';
export * from './eventually.js';
export * from './folder.js';
