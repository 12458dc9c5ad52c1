import { newCorrelationId, runRequest } from '@bliro/observe';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { type FastifyInstance } from 'fastify';
import { type IncomingMessage, type ServerResponse } from 'node:http';

const CORRELATION_HEADER = 'x-correlation-id';
const CLOSE_AFTER_MS = 5_000;
const DRAIN_MS = 2_000;

const DEFAULT_HEADERS = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'content-security-policy':
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
};

/** The request's id is its correlation id: the caller's where it sent one, else a new one. */
export function requestId(request: IncomingMessage): string {
  const incoming = request.headers[CORRELATION_HEADER];
  return newCorrelationId(typeof incoming === 'string' ? incoming : undefined);
}

/** Runs each request under its correlation id, and sets the headers that a route didn't set. */
export function addServerHooks(server: FastifyInstance): void {
  server.addHook('onRequest', (request, reply, done) => {
    reply.raw.setHeader(CORRELATION_HEADER, request.id);
    runRequest(request.raw, request.id, done);
  });
  // The body's last chunk arrives in the connection's context, not in the request's.
  server.addHook('preValidation', (request, _reply, done) => runRequest(request.raw, request.id, done));
  server.addHook('onSend', (_request, reply, _payload, done) => {
    for (const [name, value] of Object.entries(DEFAULT_HEADERS))
      if (!reply.hasHeader(name)) void reply.header(name, value);
    done();
  });
  server.addHook('onSend', async ({ raw }, { statusCode }) => {
    if (statusCode === 413) await drained(raw);
  });
  endConnectionsOnClose(server);
}

/** The connection ends with the answer: a caller or proxy that still sends would see it broken, and no answer. */
function drained(request: IncomingMessage): Promise<void> {
  return new Promise((resolve) => {
    if (request.complete || request.destroyed) return resolve();
    const tooLong = setTimeout(resolve, DRAIN_MS);
    const read = (): void => {
      clearTimeout(tooLong);
      resolve();
    };
    request.once('end', read).once('close', read).resume();
  });
}

/** Streams end at once (their readers come back with Last-Event-ID), other requests within a time. */
function endConnectionsOnClose(server: FastifyInstance): void {
  const open = new Set<ServerResponse>();
  server.addHook('onRequest', (_request, { raw: response }, done) => {
    open.add(response);
    response.once('close', () => open.delete(response));
    done();
  });
  server.addHook('preClose', (done) => {
    for (const response of open) if (isStream(response)) response.end();
    setTimeout(() => server.server.closeAllConnections(), CLOSE_AFTER_MS).unref();
    done();
  });
}

function isStream(response: ServerResponse): boolean {
  return String(response.getHeader('content-type')).startsWith('text/event-stream');
}

export function fastifyOf(app: NestFastifyApplication): FastifyInstance {
  return app.getHttpAdapter().getInstance();
}
