import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { z } from 'zod';
import { addProblems, operationsOf } from './openapi-problems.js';
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
    operationIdFactory: operationId,
  });
  return requireReferences(requireNames(addProblems(document, problems)));
}

/** `toolGet` for the method `get` of `ToolController`: methods of two controllers may have the same name. */
function operationId(controller: string, method: string): string {
  const resource = controller.replace(/Controller$/, '');
  return `${resource.charAt(0).toLowerCase()}${resource.slice(1)}${method.charAt(0).toUpperCase()}${method.slice(1)}`;
}

/** Throws where an operation has no summary, or the id of another one: generated clients and the page are named by them. */
function requireNames(document: OpenAPIObject): OpenAPIObject {
  const names = new Map<string | undefined, string>();
  for (const [name, operation] of operationsOf(document)) {
    if (!operation.summary) throw new Error(`${name} has no summary: say with @ApiOperation what it does`);
    const other = names.get(operation.operationId);
    if (other !== undefined) throw new Error(`${name} has the operationId ${operation.operationId} of ${other}`);
    names.set(operation.operationId, name);
  }
  return document;
}

/** Throws where a reference leads nowhere: a schema with an id that only wraps another one with an id does that. */
function requireReferences(document: OpenAPIObject): OpenAPIObject {
  const references = JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g);
  for (const [, path = ''] of references) {
    const target = path
      .split('/')
      .reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], document);
    if (target === undefined) throw new Error(`The OpenAPI document refers to #/${path}, and there is nothing.`);
  }
  return document;
}

interface Converted {
  schema: Record<string, unknown>;
  components: Record<string, Record<string, unknown>>;
}

/** A zod schema as JSON Schema 2020-12, its named parts (`.meta({ id })`) as components. */
function convertSchema(schema: unknown, { schemaType }: { schemaType: 'input' | 'output' }): Converted | undefined {
  if (!(schema instanceof z.ZodType)) return undefined;
  const { $schema: _dialect, $defs = {}, ...root } = z.toJSONSchema(schema, { io: schemaType, unrepresentable: 'any' });
  const components = Object.fromEntries(Object.entries($defs).map(([name, part]) => [name, withoutId(part)]));
  if (typeof root.id !== 'string') return { schema: root, components };
  return { schema: { $ref: `#/$defs/${root.id}` }, components: { ...components, [root.id]: withoutId(root) } };
}

function withoutId(schema: Record<string, unknown>): Record<string, unknown> {
  const { id: _id, ...rest } = schema;
  return rest;
}
