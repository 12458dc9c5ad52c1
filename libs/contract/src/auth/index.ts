export * from '../event.js';
export * from './access-token.js';
export * from './connection-changed.js';
export * from './connection.js';
export * from './service.js';
