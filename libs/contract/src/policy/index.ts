export * from './decision.js';
export * from './grant.js';
export * from './service.js';
export * from './tool.js';
