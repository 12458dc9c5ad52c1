export {
  belongsTo,
  correlationId,
  newCorrelationId,
  runForOrganization,
  runRequest,
  runWithCorrelation,
} from './correlation.js';
export { createLogger } from './logger.js';
export { loggingModule } from './logging-module.js';
export { runService, type Service } from './run-service.js';
export { onStop } from './stop.js';
export { type Logger } from 'pino';
export { Logger as NestLogger } from 'nestjs-pino';
