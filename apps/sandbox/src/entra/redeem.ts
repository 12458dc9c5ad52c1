import { isMarked } from '../markers.js';
import { createHash } from 'node:crypto';
import type { Sandbox } from '../sandbox.js';
import { admits, type User } from './directory.js';
import { consentRequired, EntraFailure, missingParameter } from './failure.js';
import type { CodeGrant, RefreshGrant } from './grants.js';
import { isDefault, resourceScopes, resourcesOf, splitScopes, type Resource } from './scopes.js';
import type { TokenRequest } from './token-request.js';
import { tokensFor } from './tokens.js';

/** So many identical requests in that time are a loop; Microsoft names the fact, and no number. */
const LOOP = { requests: 30, milliseconds: 5 * 60_000 };

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
      throw EntraFailure.of(70003, `The app requested an unsupported grant type '${request.grantType.slice(0, 60)}'.`);
  }
}

async function redeemCode(sandbox: Sandbox, request: TokenRequest): Promise<Record<string, unknown>> {
  const { form, client } = request;
  const grant = sandbox.grants.findCode(required(form, 'code'));
  if (grant?.clientId !== client.clientId) throw EntraFailure.of(9002313);
  if (!admits(request.authority, grant.user)) throw EntraFailure.of(700005);
  requireFresh(grant, sandbox.now());
  if (required(form, 'redirect_uri') !== grant.redirectUri) throw EntraFailure.of(500112);
  requireVerifier(grant, form.get('code_verifier'));
  const scopes = askedScopes(form) ?? [...grant.scopes];
  const [resource, second] = resourcesOf(scopes, sandbox.origin);
  if (second) throw EntraFailure.of(28000);
  const wanted = requireResource(resource ?? resourcesOf(grant.scopes, sandbox.origin)[0], grant.user);
  requireAccess(sandbox, request, grant, scopes);
  grant.used = true;
  const { nonce, idTokenClaims } = grant;
  return tokensFor(sandbox, request, { grant, scopes, resource: wanted, nonce, idTokenClaims });
}

async function redeemRefreshToken(sandbox: Sandbox, request: TokenRequest): Promise<Record<string, unknown>> {
  const { form, client, authority } = request;
  const token = required(form, 'refresh_token');
  const grant = sandbox.grants.findRefreshToken(token);
  // One of an earlier start: whoever kept it has to sign in again, as with any token that Entra has let go.
  if (grant === undefined && isMarked(token)) throw EntraFailure.of(70000);
  if (grant?.clientId !== client.clientId) throw EntraFailure.of(9002313);
  if (!admits(authority, grant.user)) throw foreignUser(grant.user);
  sandbox.accounts.requirePresent(grant.user);
  if (grant.ended) throw EntraFailure.of(grant.ended);
  if (grant.expiresAt < sandbox.now()) throw EntraFailure.of(700082);
  const scopes = askedScopes(form) ?? [...grant.scopes];
  requireNoLoop(grant, scopes.join(' '), sandbox.now());
  // Of several resources the first one's token is given; without any, that of the sign-in.
  const [resource = resourcesOf(grant.scopes, sandbox.origin)[0]] = resourcesOf(scopes, sandbox.origin);
  const wanted = requireResource(resource, grant.user);
  requireAccess(sandbox, request, grant, scopes);
  return tokensFor(sandbox, request, { grant, scopes, resource: wanted });
}

/** Consent first, then policies: a policy is looked at when a token would be given otherwise. */
function requireAccess(
  { consents, accounts }: Sandbox,
  { client }: TokenRequest,
  { user, strong }: CodeGrant | RefreshGrant,
  scopes: readonly string[],
): void {
  accounts.requirePresent(user);
  // Whether a scope of OpenID Connect without consent is refused here is not documented: only its claims are left out.
  if (!consents.cover(user, client.clientId, resourceScopes(scopes)))
    throw consentRequired(client.clientId, client.name);
  accounts.requirePolicies(user, strong);
}

function askedScopes(form: URLSearchParams): string[] | undefined {
  const text = form.get('scope');
  return text === null || text.trim() === '' ? undefined : splitScopes(text);
}

function requireFresh({ used, ended, expiresAt }: CodeGrant, now: number): void {
  if (used) throw EntraFailure.of(54005);
  if (ended) throw EntraFailure.of(ended);
  if (expiresAt < now) throw EntraFailure.of(70008);
}

function requireVerifier({ challenge }: CodeGrant, verifier: string | null): void {
  if (!challenge) return;
  const derived =
    challenge.method === 'plain'
      ? verifier
      : createHash('sha256')
          .update(verifier ?? '')
          .digest('base64url');
  if (!verifier || derived !== challenge.value) throw EntraFailure.of(501481);
}

function requireNoLoop(grant: RefreshGrant, scope: string, now: number): void {
  grant.uses = grant.uses.filter(({ at }) => at > now - LOOP.milliseconds);
  if (grant.uses.filter((use) => use.scope === scope).length >= LOOP.requests) throw EntraFailure.of(50196);
  grant.uses.push({ scope, at: now });
}

/** An environment of another tenant is no resource in the user's. */
function requireResource(resource: Resource | undefined, user: User): Resource | undefined {
  if (resource?.tenantId === undefined || resource.tenantId === user.tenantId) return resource;
  throw EntraFailure.of(500011, `The resource principal was not found in the tenant named ${user.tenantId}.`);
}

function foreignUser({ upn }: User): EntraFailure {
  return EntraFailure.of(
    50020,
    `User account '${upn}' from identity provider does not exist in tenant and cannot access the application in that tenant.`,
  );
}

/** An application that has no permissions of its own gets no token of its own (number and error as in public reports). */
function withoutRole({ client, form }: TokenRequest): EntraFailure {
  const scope = required(form, 'scope');
  if (!isDefault(scope))
    return EntraFailure.of(
      1002012,
      `The provided value for scope ${scope.slice(0, 200)} is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI).`,
    );
  return EntraFailure.of(
    501051,
    `Application '${client.clientId}'(${client.name}) is not assigned to a role for the application '00000007-0000-0000-c000-000000000000'(Dataverse).`,
  );
}

function required(form: URLSearchParams, name: string): string {
  const value = form.get(name);
  if (!value) throw missingParameter(name);
  return value;
}
