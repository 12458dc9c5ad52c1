import type { FastifyInstance, FastifyRequest } from 'fastify';
import { conduct, splitUrl, type Answer, type Known } from '../control/exchange.js';
import type { Effect } from '../control/faults.js';
import { bearerOf, type Bearer } from '../entra/tokens.js';
import type { Sandbox } from '../sandbox.js';
import { memberOf } from './access.js';
import { environmentPath, environments, type Environment } from './environments.js';
import { badQuery, DataverseFailure } from './failure.js';
import { serveWebApi } from './web-api.js';

interface DataverseKnown extends Known {
  bearer?: Bearer | undefined;
}

/** Every environment's Web API, each under its own path. */
export function dataverseRoutes(app: FastifyInstance, sandbox: Sandbox): void {
  for (const environment of environments) {
    const base = environmentPath(environment);
    app.route({
      method: ['GET', 'POST', 'PATCH', 'PUT', 'DELETE'],
      url: `${base}/*`,
      handler: (request, reply) => {
        const [fullPath, query] = splitUrl(request.raw.url ?? '/');
        const path = fullPath.slice(base.length);
        return conduct<DataverseKnown>(sandbox, request, reply, {
          target: 'dataverse',
          path,
          identify: async () => {
            const bearer = await bearerOf(sandbox, request.headers.authorization, base);
            return { environment: environment.id, bearer, ...(bearer ? { user: bearer.upn } : {}) };
          },
          carryOut: ({ bearer }) => answerTo(sandbox, environment, request, { path, query, bearer }),
          trouble,
        });
      },
    });
  }
}

interface Question {
  path: string;
  query: string;
  bearer: Bearer | undefined;
}

function answerTo(
  sandbox: Sandbox,
  environment: Environment,
  { method, headers, body }: FastifyRequest,
  { path, query, bearer }: Question,
): Answer {
  if (!bearer) return unauthorized(sandbox, environment);
  try {
    const version = /^\/api\/data\/(v9\.[0-2])(?:\/|$)/.exec(path);
    if (!version) throw new DataverseFailure(404, '0x8006088a', 'No HTTP resource was found that matches the request.');
    return serveWebApi({
      method,
      query,
      resource: decoded(path.slice(version[0].length)),
      headers: headers as Record<string, string | undefined>,
      body: typeof body === 'string' ? body : '',
      member: memberOf(environment, bearer.oid),
      environment,
      store: sandbox.rowsOf(environment),
      root: `${sandbox.environmentUrl(environment)}/api/data/${version[1] ?? ''}/`,
    });
  } catch (error) {
    if (error instanceof DataverseFailure)
      return { status: error.status, headers: { ...odata, ...error.headers }, body: error.body() };
    throw error;
  }
}

const odata = { 'OData-Version': '4.0' };

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw badQuery('The URL is not well encoded.');
  }
}

/** Names, unquoted as at Microsoft, where a token is to be had and for what. */
function unauthorized(sandbox: Sandbox, environment: Environment): Answer {
  const uri = `${sandbox.origin}/${environment.tenantId}/oauth2/authorize`;
  const challenge = `Bearer authorization_uri=${uri}, resource_id=${sandbox.environmentUrl(environment)}/`;
  return { status: 401, headers: { 'www-authenticate': challenge } };
}

const usualCodes: Partial<Record<number, string>> = {
  429: '0x80072322',
  500: '0x80040216',
  502: '',
  503: '0x8004418d',
  504: '0x80044151',
};

function trouble({ status, code, retryAfter }: Extract<Effect, { kind: 'status' }>): Answer {
  return {
    status,
    headers: { ...odata, ...(retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }) },
    body: {
      error: {
        code: code ?? usualCodes[status] ?? '0x80040216',
        message: 'A fault that was asked for at the sandbox.',
      },
    },
  };
}
