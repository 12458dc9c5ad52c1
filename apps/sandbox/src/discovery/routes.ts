import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { conduct, splitUrl, type Answer, type Known } from '../control/exchange.js';
import type { Effect } from '../control/faults.js';
import { DataverseFailure, unknownProperty, unknownSegment } from '../dataverse/failure.js';
import { jsonTest } from '../dataverse/metadata/filter.js';
import { parseFilter } from '../dataverse/query/expression.js';
import { readQuery } from '../dataverse/query/options.js';
import { isGuid } from '../stable-id.js';
import { userByOid, type User } from '../entra/directory.js';
import { bearerOf } from '../entra/tokens.js';
import type { Sandbox } from '../sandbox.js';
import { instancesOf, type Instance } from './instances.js';

const MOUNT = '/discovery';

interface DiscoveryKnown extends Known {
  holder?: User;
}

/** Global Discovery, by the caller's token for discovery itself. */
export function discoveryRoutes(app: FastifyInstance, sandbox: Sandbox): void {
  const handler = (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
    const [fullPath, query] = splitUrl(request.raw.url ?? '/');
    const path = fullPath.slice(MOUNT.length);
    return conduct<DiscoveryKnown>(sandbox, request, reply, {
      target: 'discovery',
      path,
      identify: async () => {
        const bearer = await bearerOf(sandbox, request.headers.authorization, MOUNT);
        const holder = bearer && userByOid(bearer.oid);
        return holder ? { user: holder.upn, holder } : {};
      },
      carryOut: ({ holder }) => answerTo(sandbox, holder, path, query),
      trouble,
    });
  };
  app.get(`${MOUNT}/*`, handler);
}

function answerTo(sandbox: Sandbox, holder: User | undefined, path: string, query: string): Answer {
  if (!holder) return unauthorized(sandbox);
  try {
    const options = readQuery(query);
    const all = instancesOf(holder, sandbox.environmentsOf(holder), (one) => sandbox.environmentUrl(one));
    const found = all.filter(keyTest(path)).filter(jsonTest(options.filter));
    return {
      status: 200,
      body: {
        // The real service shows an address of its own inside here, too.
        '@odata.context': 'http://disco.internal:20193/api/discovery/v2.0/$metadata#Instances',
        value: found.slice(0, options.top).map((instance) => pick(instance, options.select)),
      },
    };
  } catch (error) {
    if (error instanceof DataverseFailure) return { status: error.status, body: error.body() };
    throw error;
  }
}

const keys = ['Id', 'UniqueName', 'Region', 'State', 'Version'];

/** A key leads to a list, too; texts are compared with their case. */
function keyTest(path: string): (instance: Instance) => boolean {
  const match = /^\/api\/discovery\/v2\.0\/Instances(?:\((.+)\))?$/.exec(decoded(path));
  if (!match) throw unknownSegment(path.slice(0, 100));
  const [, key = ''] = match;
  if (key === '') return () => true;
  const [name = ''] = isGuid(key) ? ['Id'] : key.split('=');
  if (!keys.includes(name)) throw unknownProperty(name.slice(0, 60), 'Instance');
  return jsonTest(parseFilter(isGuid(key) ? `Id eq ${key}` : key.replace('=', ' eq ')));
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return '';
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
