import { type OpenAPIObject } from '@nestjs/swagger';
import { type ProblemCatalogue } from './problem.js';

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']> & {
  'x-public'?: boolean;
  'x-roles'?: string[];
  'x-problems'?: string[];
};

const METHODS = ['get', 'put', 'post', 'patch', 'delete'] as const;
const PROBLEM_CONTENT = { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } };

/** Adds to each operation the problems that it can answer and whether it needs a token, and to the document the list of all. */
export function addProblems(document: OpenAPIObject, catalogue: ProblemCatalogue): OpenAPIObject {
  for (const [name, operation] of operationsOf(document)) {
    requireCallers(name, operation);
    completeOperation(operation, catalogue);
  }
  document.components = {
    ...document.components,
    schemas: { ...document.components?.schemas, Problem: problemSchema(catalogue) },
  };
  const list = Object.entries(catalogue).map(([code, definition]) => ({ code, ...definition }));
  return Object.assign(document, { 'x-problems': list });
}

/** Each operation under its method and path, as in `GET /notes/{id}`. */
export function operationsOf(document: OpenAPIObject): [string, Operation][] {
  return Object.entries(document.paths).flatMap(([path, item]) =>
    METHODS.flatMap((method): [string, Operation][] => {
      const operation = item[method];
      return operation === undefined ? [] : [[`${method.toUpperCase()} ${path}`, operation]];
    }),
  );
}

function requireCallers(name: string, operation: Operation): void {
  if (operation['x-public'] === true || operation['x-roles'] !== undefined) return;
  throw new Error(`${name} says neither with @Roles nor with @Public who may call it`);
}

function completeOperation(operation: Operation, catalogue: ProblemCatalogue): void {
  operation.security = operation['x-public'] === true ? [] : [{ host: [] }];
  const codes = [...new Set([...(operation['x-problems'] ?? []), ...impliedProblems(operation)])];
  operation['x-problems'] = codes;
  const statuses = new Set(codes.flatMap((code) => catalogue[code]?.status ?? []));
  for (const status of statuses) {
    const described = codes.flatMap((code) => (catalogue[code]?.status === status ? [describe(code, catalogue)] : []));
    operation.responses[String(status)] = { description: described.join('\n'), content: PROBLEM_CONTENT };
  }
}

function describe(code: string, catalogue: ProblemCatalogue): string {
  const { detail, repeat } = catalogue[code] ?? { detail: '', repeat: false };
  return `* \`${code}\`: ${detail} ${repeat ? 'A repeat may succeed.' : 'A repeat answers the same.'}`;
}

function impliedProblems(operation: Operation): string[] {
  const parameters = (operation.parameters ?? []) as { in?: string }[];
  const within = (place: string): boolean => parameters.some((parameter) => parameter.in === place);
  return [
    ...(operation['x-public'] === true ? [] : ['unauthenticated', 'forbidden', 'host_keys_unavailable']),
    ...(operation.requestBody === undefined
      ? []
      : ['invalid_json', 'invalid_body', 'body_too_large', 'unsupported_media_type']),
    ...(within('query') ? ['invalid_query'] : []),
    ...(within('path') ? ['not_found'] : []),
    'database_unavailable',
    'internal',
  ];
}

function problemSchema(catalogue: ProblemCatalogue) {
  const error = {
    type: 'object',
    required: ['pointer', 'message'],
    properties: {
      pointer: { type: 'string', description: 'JSON pointer into the input' },
      message: { type: 'string' },
    },
  };
  return {
    type: 'object',
    description: 'RFC 9457 problem details',
    required: ['type', 'title', 'status', 'detail', 'code'],
    properties: {
      type: { type: 'string', format: 'uri-reference' },
      title: { type: 'string' },
      status: { type: 'integer' },
      detail: { type: 'string', description: 'A sentence to act on' },
      code: { type: 'string', enum: Object.keys(catalogue) },
      errors: { type: 'array', items: error },
    },
  };
}
