import type { FastifyInstance } from 'fastify';
import { conduct, splitUrl, type Answer, type Known } from '../control/exchange.js';
import type { Effect } from '../control/faults.js';
import { DataverseFailure, badQuery, unknownProperty } from '../dataverse/failure.js';
import { readQuery } from '../dataverse/query-options.js';
import { userByOid, type User } from '../entra/directory.js';
import { bearerOf } from '../entra/tokens.js';
import type { Sandbox } from '../sandbox.js';
import { instancesOf, type Instance } from './instances.js';

const MOUNT = '/discovery';
const INSTANCES = '/api/discovery/v2.0/Instances';

interface DiscoveryKnown extends Known {
  holder?: User;
}

/** Global Discovery, by the caller's token for discovery itself. */
export function discoveryRoutes(app: FastifyInstance, sandbox: Sandbox): void {
  app.get(`${MOUNT}${INSTANCES}`, (request, reply) =>
    conduct<DiscoveryKnown>(sandbox, request, reply, {
      target: 'discovery',
      path: INSTANCES,
      identify: async () => {
        const bearer = await bearerOf(sandbox, request.headers.authorization, MOUNT);
        const holder = bearer && userByOid(bearer.oid);
        return holder ? { user: holder.upn, holder } : {};
      },
      carryOut: ({ holder }) => answerTo(sandbox, holder, splitUrl(request.raw.url ?? '/')[1]),
      trouble,
    }),
  );
}

function answerTo(sandbox: Sandbox, holder: User | undefined, query: string): Answer {
  if (!holder) return unauthorized(sandbox);
  try {
    const options = readQuery(query);
    if (options.filter) throw badQuery('$filter is not served here for Instances.');
    const all = instancesOf(holder, (environment) => sandbox.environmentUrl(environment));
    return {
      status: 200,
      body: {
        // The real service shows an address of its own inside here, too.
        '@odata.context': 'http://disco.internal:20193/api/discovery/v2.0/$metadata#Instances',
        value: all.slice(0, options.top).map((instance) => pick(instance, options.select)),
      },
    };
  } catch (error) {
    if (error instanceof DataverseFailure) return { status: error.status, body: error.body() };
    throw error;
  }
}

function pick(instance: Instance, select: string[] | undefined): Instance {
  if (!select) return instance;
  const unknown = select.find((name) => !Object.hasOwn(instance, name));
  if (unknown !== undefined) throw unknownProperty(unknown, 'Instance');
  return Object.fromEntries(select.map((name) => [name, instance[name] ?? null]));
}

function unauthorized({ origin, discoveryUrl }: Sandbox): Answer {
  return {
    status: 401,
    headers: {
      'www-authenticate': `Bearer authorization_uri=${origin}/common/oauth2/authorize, resource_id=${discoveryUrl}/`,
    },
    body: { Message: 'Authorization has been denied for this request.' },
  };
}

function trouble({ status, code, retryAfter }: Extract<Effect, { kind: 'status' }>): Answer {
  return {
    status,
    headers: retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) },
    body: { error: { code: code ?? '', message: 'A fault that was asked for at the sandbox.' } },
  };
}
