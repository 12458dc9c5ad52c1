import { createHash } from 'node:crypto';
import type { Sandbox } from '../sandbox.js';
import { admits } from './directory.js';
import { consentRequired, EntraFailure, missingParameter } from './failure.js';
import type { CodeGrant, Grant } from './grants.js';
import { resourcesOf, splitScopes, type Resource } from './scopes.js';
import type { TokenRequest } from './token-request.js';
import { accessToken, clientInfo, idToken } from './tokens.js';

/**
 * What the token endpoint answers to a good request.
 * @throws EntraFailure for every other
 */
export function redeem(sandbox: Sandbox, request: TokenRequest): Promise<Record<string, unknown>> {
  switch (request.grantType) {
    case 'authorization_code':
      return redeemCode(sandbox, request);
    case 'refresh_token':
      return redeemRefreshToken(sandbox, request);
    case 'client_credentials':
      throw withoutRole(request);
    default:
      throw new EntraFailure(
        'unsupported_grant_type',
        70003,
        `The app requested an unsupported grant type '${request.grantType.slice(0, 60)}'.`,
      );
  }
}

async function redeemCode(sandbox: Sandbox, request: TokenRequest): Promise<Record<string, unknown>> {
  const { form, client } = request;
  const code = required(form, 'code');
  const grant = sandbox.grants.findCode(code);
  if (!grant || grant.clientId !== client.clientId) throw malformed();
  requireTenant(request, grant);
  if (grant.used)
    throw invalidGrant(
      54005,
      'OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing refresh token.',
    );
  if (grant.expiresAt < Date.now())
    throw invalidGrant(
      70008,
      'The provided authorization code or refresh token has expired due to inactivity. Send a new interactive authorization request for this user and resource.',
    );
  if (required(form, 'redirect_uri') !== grant.redirectUri)
    throw invalidGrant(
      500112,
      'The reply address does not match the reply address provided when requesting Authorization code.',
    );
  requireVerifier(grant, form.get('code_verifier'));
  const scopes = askedScopes(form) ?? [...grant.scopes];
  const [resource, second] = resourcesOf(scopes, sandbox.origin);
  if (second)
    throw new EntraFailure(
      'invalid_request',
      28000,
      'Provided value for the input parameter scope is not valid because it contains more than one resource.',
    );
  const wanted = requireResource(resource ?? resourcesOf(grant.scopes, sandbox.origin)[0], grant);
  grant.used = true;
  return tokensFor(sandbox, grant, scopes, wanted, grant.nonce);
}

function redeemRefreshToken(sandbox: Sandbox, request: TokenRequest): Promise<Record<string, unknown>> {
  const { form, client } = request;
  const grant = sandbox.grants.findRefreshToken(required(form, 'refresh_token'));
  if (!grant || grant.clientId !== client.clientId) throw malformed();
  requireTenant(request, grant);
  if (!sandbox.grants.hasConsent(grant.user, client.clientId)) throw consentRequired(client.clientId, client.name);
  const scopes = askedScopes(form) ?? [...grant.scopes];
  // Of several resources the first one's token is given; without any, that of the sign-in.
  const [resource = resourcesOf(grant.scopes, sandbox.origin)[0]] = resourcesOf(scopes, sandbox.origin);
  return tokensFor(sandbox, grant, scopes, requireResource(resource, grant));
}

async function tokensFor(
  sandbox: Sandbox,
  grant: Grant,
  scopes: readonly string[],
  resource: Resource,
  nonce?: string,
): Promise<Record<string, unknown>> {
  const { user, clientId } = grant;
  const has = (scope: string): boolean => scopes.includes(scope);
  return {
    token_type: 'Bearer',
    scope: `${sandbox.origin}${resource.path}/user_impersonation`,
    expires_in: sandbox.accessTokenSeconds,
    ext_expires_in: sandbox.accessTokenSeconds,
    access_token: await accessToken(sandbox, grant, resource),
    ...(grant.scopes.includes('offline_access')
      ? { refresh_token: sandbox.grants.issueRefreshToken({ clientId, user, scopes: grant.scopes }) }
      : {}),
    ...(has('openid') ? { id_token: await idToken(sandbox, grant, scopes, nonce) } : {}),
    ...(has('openid') && has('profile') ? { client_info: clientInfo(user) } : {}),
  };
}

function askedScopes(form: URLSearchParams): string[] | undefined {
  const text = form.get('scope');
  return text === null || text.trim() === '' ? undefined : splitScopes(text);
}

function requireTenant({ authority }: TokenRequest, { user }: Grant): void {
  if (admits(authority, user)) return;
  throw invalidGrant(700005, 'Provided Authorization Code is intended to use against other tenant, thus rejected.');
}

function requireVerifier({ challenge }: CodeGrant, verifier: string | null): void {
  if (!challenge) return;
  const derived =
    challenge.method === 'plain'
      ? verifier
      : createHash('sha256')
          .update(verifier ?? '')
          .digest('base64url');
  if (verifier && derived === challenge.value) return;
  throw invalidGrant(
    501481,
    'The Code_Verifier does not match the code_challenge supplied in the authorization request.',
  );
}

/** An environment of another tenant is no resource in the user's. */
function requireResource(resource: Resource | undefined, { user }: Grant): Resource {
  if (resource && (resource.tenantId === undefined || resource.tenantId === user.tenantId)) return resource;
  throw new EntraFailure(
    'invalid_resource',
    500011,
    `The resource principal was not found in the tenant named ${user.tenantId}.`,
  );
}

/** An application that has no permissions of its own gets no token of its own (number and error as in public reports). */
function withoutRole({ client }: TokenRequest): EntraFailure {
  const sentence = `Application '${client.clientId}'(${client.name}) is not assigned to a role for the application '00000007-0000-0000-c000-000000000000'(Dataverse).`;
  return new EntraFailure('invalid_grant', 501051, sentence);
}

function malformed(): EntraFailure {
  return invalidGrant(9002313, 'Invalid request. Request is malformed or invalid.');
}

function invalidGrant(number: number, sentence: string): EntraFailure {
  return new EntraFailure('invalid_grant', number, sentence);
}

function required(form: URLSearchParams, name: string): string {
  const value = form.get(name);
  if (!value) throw missingParameter(name);
  return value;
}
