import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { convertSchema } from './openapi-schema.js';
import { addProblems } from './openapi-problems.js';
import { type ProblemCatalogue } from './problem.js';

export interface DocumentOptions {
  title: string;
  problems: ProblemCatalogue;
}

/** The OpenAPI 3.1 document of an application's routes, with every problem code. */
export function openApiDocument(app: NestFastifyApplication, { title, problems }: DocumentOptions): OpenAPIObject {
  const description = [
    "Every call bears `Authorization: Bearer <the host product's JWT>` unless it is marked as public.",
    'Errors are `application/problem+json` (RFC 9457); `x-problems` lists every code with its status and whether a repeat of the same request may succeed.',
    'Each answer has an `x-correlation-id`; send your own (8 to 64 letters, digits, `-`, `_`) to follow a request.',
  ].join('\n\n');
  const config = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle(title)
    .setDescription(description)
    .setVersion('1.0.0')
    .addBearerAuth({ type: 'http', scheme: 'bearer', bearerFormat: 'JWT' }, 'host')
    .build();
  const document = SwaggerModule.createDocument(app, config, {
    standardSchemaConverter: convertSchema,
    operationIdFactory: (_controller, method) => method,
  });
  return addProblems(document, problems);
}
