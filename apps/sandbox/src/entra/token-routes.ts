import type { FastifyInstance } from 'fastify';
import { conduct, splitUrl, type Answer, type Known } from '../control/exchange.js';
import type { Sandbox } from '../sandbox.js';
import { findAuthority } from './directory.js';
import { EntraFailure, unknownTenant } from './failure.js';
import { openidConfiguration } from './openid.js';
import { redeem } from './redeem.js';
import { readTokenRequest } from './token-request.js';
import { entraTrouble } from './trouble.js';

interface TenantRoute {
  Params: { tenant: string };
}

const NO_STORE = { 'cache-control': 'no-store', pragma: 'no-cache' };

/** What programs call: tokens, keys, and where all of it is. */
export function tokenRoutes(app: FastifyInstance, sandbox: Sandbox): void {
  app.post<TenantRoute>('/:tenant/oauth2/v2.0/token', (request, reply) => {
    const form = new URLSearchParams(typeof request.body === 'string' ? request.body : '');
    const { authorization } = request.headers;
    return conduct(sandbox, request, reply, {
      target: 'entra',
      path: splitUrl(request.raw.url ?? '/')[0],
      identify: () => knownOf(sandbox, form),
      carryOut: () =>
        orFailure(() => redeem(sandbox, readTokenRequest(sandbox, request.params.tenant, form, authorization))),
      trouble: entraTrouble,
    });
  });
  document(app, sandbox, '/v2.0/.well-known/openid-configuration', (segment, tenantId) =>
    openidConfiguration(sandbox.origin, segment, tenantId),
  );
  document(app, sandbox, '/discovery/v2.0/keys', () => sandbox.entraKey.jwks);
}

/** A public document of a tenant. */
function document(
  app: FastifyInstance,
  sandbox: Sandbox,
  path: string,
  read: (segment: string, tenantId: string | undefined) => object,
): void {
  app.get<TenantRoute>(`/:tenant${path}`, (request, reply) =>
    conduct(sandbox, request, reply, {
      target: 'entra',
      path: splitUrl(request.raw.url ?? '/')[0],
      identify: () => ({}),
      carryOut: () => {
        const { tenant: segment } = request.params;
        const authority = findAuthority(segment);
        if (!authority) return failed(unknownTenant(segment));
        const tenantId = authority.kind === 'tenant' ? authority.tenant.id : undefined;
        return { status: 200, body: read(segment, tenantId) };
      },
      trouble: entraTrouble,
    }),
  );
}

async function orFailure(answer: () => Promise<Record<string, unknown>>): Promise<Answer> {
  try {
    return { status: 200, headers: NO_STORE, body: await answer(), committed: true };
  } catch (error) {
    if (error instanceof EntraFailure) return failed(error);
    throw error;
  }
}

function failed(failure: EntraFailure): Answer {
  return { status: failure.status, headers: NO_STORE, body: failure.body() };
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
