export { correlationId, newCorrelationId, runWithCorrelation } from './correlation.js';
export { createLogger } from './logger.js';
export { loggingModule } from './logging-module.js';
export { startHealth, type HealthOptions, type HealthServer } from './health.js';
export { onStop, type StopOptions } from './stop.js';
export { scrubText } from './redact.js';
export { type Logger } from 'pino';
export { Logger as NestLogger } from 'nestjs-pino';
