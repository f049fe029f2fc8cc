export * from './errors.js';
export * from './server.js';
export { startPostgres, type PostgresOptions } from './postgres.js';
export { startRedis, type RedisOptions } from './redis.js';
export * from './containerd.js';
