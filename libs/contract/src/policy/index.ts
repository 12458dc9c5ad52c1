export * from '../event.js';
export * from './decision.js';
export * from './grant.js';
export * from './pause-changed.js';
export * from './service.js';
export * from './tool.js';
