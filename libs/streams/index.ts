export * from './channels.js';
export * from './status.js';
export * from './serve-session.js';
export * from './upgrade.js';
