import { loggingModule, NestLogger, type Logger } from '@bliro/observe';
import { type DynamicModule, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { BODY_LIMIT_BYTES, ReadableBodyInterceptor, registerBodyParsers } from './body.js';
import { CallerGuard } from './caller.js';
import { serveDocs } from './docs-page.js';
import { openApiDocument } from './openapi.js';
import { ProblemFilter } from './problem-filter.js';
import { type ProblemCatalogue } from './problem.js';
import { addServerHooks, fastifyOf, requestId } from './server-hooks.js';
import { InputValidationPipe } from './validation.js';

export interface HttpOptions {
  /** The application's module; it imports `callerModule`, and not `loggingModule`, which comes from here. */
  module: Type | DynamicModule;
  /** Its routes stand below `/<service>/v1`, which is a global prefix: controllers name what follows. */
  service: 'auth' | 'policy' | 'jobs';
  title: string;
  /** 0 lets the system choose. */
  port: number;
  address: string;
  logger: Logger;
  problems: ProblemCatalogue;
  /** What counts as an outage of the service's database: answered with 503 database_unavailable, wherever it is thrown. */
  isOutage?: (error: unknown) => boolean;
  /** The origin whose pages may call with credentials; none when absent. */
  appOrigin?: string | undefined;
  /** Runs before the first request is taken, such as to connect a gRPC server. */
  prepare?: (app: NestFastifyApplication) => void | Promise<void>;
}

/** Starts an HTTP API; it listens when the promise resolves. `app.close()` ends it after the requests that run, within 5 s. */
export async function startHttp(options: HttpOptions): Promise<NestFastifyApplication> {
  const { problems, logger, isOutage = () => false } = options;
  const filter = new ProblemFilter(problems, `${prefixOf(options)}/problems`, logger, isOutage);
  const app = await createApp(options, filter);
  try {
    configure(app, options, filter);
    await options.prepare?.(app);
    await app.listen(options.port, options.address);
    return app;
  } catch (error) {
    await app.close();
    throw error;
  }
}

function prefixOf({ service }: HttpOptions): string {
  return `/${service}/v1`;
}

function configure(app: NestFastifyApplication, options: HttpOptions, filter: ProblemFilter): void {
  const prefix = prefixOf(options);
  app.setGlobalPrefix(prefix);
  registerBodyParsers(fastifyOf(app));
  app.useGlobalPipes(new InputValidationPipe());
  app.useGlobalInterceptors(new ReadableBodyInterceptor());
  app.useGlobalFilters(filter);
  allowOrigin(app, options.appOrigin);
  // Fails where callerModule is missing: no route may be open by an oversight.
  app.get(CallerGuard, { strict: false });
  const document = openApiDocument(app, options);
  serveDocs(fastifyOf(app), { prefix, document, problems: options.problems });
}

async function createApp({ module, logger }: HttpOptions, filter: ProblemFilter): Promise<NestFastifyApplication> {
  const adapter = new FastifyAdapter({
    bodyLimit: BODY_LIMIT_BYTES,
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) => {
      reply.raw.setHeader('x-correlation-id', request.id);
      filter.answer(error, reply);
    },
    genReqId: requestId,
    requestIdHeader: false,
    requestTimeout: 30_000,
    routerOptions: { maxParamLength: 200 },
  });
  addServerHooks(adapter.getInstance());
  const root = { module: HttpRoot, imports: [loggingModule(logger), module] };
  const app = await NestFactory.create<NestFastifyApplication>(root, adapter, {
    bodyParser: false,
    bufferLogs: true,
    abortOnError: false,
  });
  app.useLogger(app.get(NestLogger));
  return app;
}

class HttpRoot {}

function allowOrigin(app: NestFastifyApplication, appOrigin: string | undefined): void {
  if (appOrigin === undefined) return;
  app.enableCors({
    origin: [appOrigin],
    credentials: true,
    methods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
    allowedHeaders: [
      'authorization',
      'content-type',
      'if-match',
      'if-none-match',
      'idempotency-key',
      'last-event-id',
      'x-correlation-id',
    ],
    exposedHeaders: ['etag', 'location', 'retry-after', 'ratelimit', 'ratelimit-policy', 'x-correlation-id'],
    maxAge: 600,
  });
}
