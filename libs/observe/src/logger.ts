import { pino, stdTimeFunctions, type DestinationStream, type Logger } from 'pino';
import { workContext } from './correlation.js';
import { errorFields } from './error-fields.js';
import { scrubLine } from './redact.js';

/**
 * JSON lines with time, level, service, correlationId and organization (where there is one) and msg.
 * @param destination where lines go instead of stdout
 */
export function createLogger(service: string, level: string, destination?: DestinationStream): Logger {
  return pino(
    {
      level,
      base: { service },
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: (error: unknown) => errorFields(error), error: (error: unknown) => errorFields(error) },
      mixin: () => {
        const { correlationId, organization } = workContext();
        return { ...(correlationId && { correlationId }), ...(organization && { organization }) };
      },
      hooks: { streamWrite: scrubLine },
    },
    destination ?? pino.destination({ dest: 1, sync: true }),
  );
}
