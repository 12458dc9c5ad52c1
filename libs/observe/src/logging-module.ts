import { type DynamicModule } from '@nestjs/common';
import { LoggerModule } from 'nestjs-pino';
import { type Logger } from 'pino';
import { contextOfRequest } from './correlation.js';
import { errorFields } from './error-fields.js';
import { type IncomingMessage, type ServerResponse } from 'node:http';

/**
 * One line a request (method, path without query, status, milliseconds), and Nest's own messages, through this logger.
 * Nothing of a body, a query string or a header is logged.
 */
export function loggingModule(logger: Logger): DynamicModule {
  return LoggerModule.forRoot({
    pinoHttp: {
      logger,
      wrapSerializers: false,
      serializers: { req: () => undefined, err: (error: unknown) => errorFields(error) },
      genReqId: (request: IncomingMessage, response: ServerResponse) => correlationOf(request, response),
      customLogLevel: (_request: IncomingMessage, response: ServerResponse) =>
        response.statusCode >= 500 ? 'error' : 'info',
      customSuccessObject: (request: IncomingMessage, response: ServerResponse, value: { responseTime?: number }) =>
        requestFields(request, response, value.responseTime),
      customErrorObject: (
        request: IncomingMessage,
        response: ServerResponse,
        _error: Error,
        value: { responseTime?: number },
      ) => requestFields(request, response, value.responseTime),
      customErrorMessage: () => 'request failed',
    },
  });
}

function correlationOf(_request: IncomingMessage, response: ServerResponse): string {
  return String(response.getHeader('x-correlation-id') ?? '');
}

function requestFields(request: IncomingMessage, response: ServerResponse, milliseconds: number | undefined) {
  const { originalUrl } = request as { originalUrl?: string };
  return {
    method: request.method,
    path: (originalUrl ?? request.url ?? '').split('?')[0],
    status: response.statusCode,
    milliseconds,
    correlationId: correlationOf(request, response) || undefined,
    organization: contextOfRequest(request).organization,
  };
}
