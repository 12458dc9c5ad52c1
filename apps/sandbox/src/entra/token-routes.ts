import type { FastifyInstance } from 'fastify';
import { conduct, splitUrl, type Answer, type Known } from '../control/exchange.js';
import type { Sandbox } from '../sandbox.js';
import { findAuthority } from './directory.js';
import { EntraFailure, unknownTenant } from './failure.js';
import { keysOf, openidConfiguration } from './openid.js';
import { redeem } from './redeem.js';
import { readTokenRequest } from './token-request.js';
import { entraTrouble } from './trouble.js';

interface TenantRoute {
  Params: { tenant: string };
}

const TOKEN = '/:tenant/oauth2/v2.0/token';
const NO_STORE = { 'cache-control': 'no-store', pragma: 'no-cache' };

/** What programs call: tokens, keys, and where all of it is. */
export function tokenRoutes(app: FastifyInstance, sandbox: Sandbox): void {
  app.post<TenantRoute>(TOKEN, (request, reply) => {
    const form = new URLSearchParams(typeof request.body === 'string' ? request.body : '');
    const { authorization, host, origin: page, 'client-request-id': header } = request.headers;
    const { 'client-request-id': parameter } = request.query as Record<string, unknown>;
    const requestId = [header, parameter].find((id) => typeof id === 'string');
    return conduct(sandbox, request, reply, {
      target: 'entra',
      path: splitUrl(request.raw.url ?? '/')[0],
      identify: () => knownOf(sandbox, form),
      carryOut: () =>
        orFailure(requestId, async () => {
          const { tenant: segment } = request.params;
          const received = {
            segment,
            form,
            authorization,
            fromPage: page !== undefined,
            origin: sandbox.originFor(host),
          };
          return redeem(sandbox, await readTokenRequest(sandbox, received));
        }),
      trouble: entraTrouble,
    });
  });
  app.get<TenantRoute>(TOKEN, (request, reply) =>
    conduct(sandbox, request, reply, {
      target: 'entra',
      path: splitUrl(request.raw.url ?? '/')[0],
      identify: () => ({}),
      carryOut: () => failed(EntraFailure.of(900561)),
      trouble: entraTrouble,
    }),
  );
  document(app, sandbox, '/v2.0/.well-known/openid-configuration', openidConfiguration);
  document(app, sandbox, '/discovery/v2.0/keys', (origin, _segment, tenantId) =>
    keysOf(sandbox.entraKey.jwks, origin, tenantId),
  );
}

/** A public document of a tenant, under the name by which it is asked for. */
function document(
  app: FastifyInstance,
  sandbox: Sandbox,
  path: string,
  read: (origin: string, segment: string, tenantId: string | undefined) => object,
): void {
  app.get<TenantRoute>(`/:tenant${path}`, (request, reply) =>
    conduct(sandbox, request, reply, {
      target: 'entra',
      path: splitUrl(request.raw.url ?? '/')[0],
      identify: () => ({}),
      carryOut: () => {
        const { tenant: segment } = request.params;
        const authority = findAuthority(segment);
        // So in public reports; the token endpoint says `invalid_request`.
        if (!authority) return failed(unknownTenant(segment).as('invalid_tenant'));
        const tenantId = authority.kind === 'tenant' ? authority.tenant.id : undefined;
        return { status: 200, body: read(sandbox.originFor(request.headers.host), segment, tenantId) };
      },
      trouble: entraTrouble,
    }),
  );
}

async function orFailure(
  requestId: string | undefined,
  answer: () => Promise<Record<string, unknown>>,
): Promise<Answer> {
  try {
    return { status: 200, headers: NO_STORE, body: await answer(), committed: true };
  } catch (error) {
    if (error instanceof EntraFailure) return failed(error.correlate(requestId));
    throw error;
  }
}

function failed(failure: EntraFailure): Answer {
  const headers = { ...NO_STORE, 'x-ms-request-id': failure.traceId };
  return { status: failure.status, headers, body: failure.body() };
}

/** Whose code or refresh token it is, without using it up. */
function knownOf({ grants }: Sandbox, form: URLSearchParams): Known {
  const grant = grants.findCode(form.get('code') ?? '') ?? grants.findRefreshToken(form.get('refresh_token') ?? '');
  const [scope, grantType] = [form.get('scope'), form.get('grant_type')];
  return {
    ...(grant ? { user: grant.user.upn } : {}),
    ...(scope === null ? {} : { scope }),
    ...(grantType === null ? {} : { grantType }),
  };
}
