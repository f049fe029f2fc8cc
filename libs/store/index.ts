export * from './types.js';
export * from './errors.js';
export * from './postgres-store.js';
export { encodeToken as continueToken } from './page-token.js';
export { migrate, readMigrations, type Migration } from './migrate.js';
