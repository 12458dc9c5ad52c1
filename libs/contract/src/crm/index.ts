export * from './action.js';
export * from './canonical.js';
export * from './input.js';
export * from './job.js';
export * from './mandate.js';
export * from './service.js';
