export * from './access-token.js';
export * from './connection.js';
export * from './event.js';
export * from './service.js';
