import type { Sandbox } from '../sandbox.js';
import { location, readClient } from './authorize-request.js';
import type { Client } from './clients.js';
import type { Decision } from './decide.js';
import { NotOffered } from './decide.js';
import { admits, findAuthority, tenantOf, type Authority, type User } from './directory.js';
import { declined, missingParameter, unknownTenant } from './failure.js';
import { resourcesOf, splitScopes } from './scopes.js';

/** A link by which an administrator consents for a whole tenant. */
export interface AdminConsentRequest {
  authority: Authority;
  client: Client;
  redirectUri: string;
  state: string | undefined;
  scopes: string[];
}

/** @throws EntraFailure, which ends on a page */
export function readAdminConsent(sandbox: Sandbox, segment: string, query: URLSearchParams): AdminConsentRequest {
  const authority = findAuthority(segment);
  // A consent for everybody of "common" would be one for personal accounts too.
  if (!authority || segment.toLowerCase() === 'common') throw unknownTenant(segment);
  const { client, redirectUri } = readClient(sandbox, segment, query);
  const scopes = splitScopes(query.get('scope') ?? '');
  if (scopes.length === 0) throw missingParameter('scope');
  resourcesOf(scopes, sandbox.origin);
  return { authority, client, redirectUri, scopes, state: query.get('state') ?? undefined };
}

/**
 * Where the browser goes after the administrator's click.
 * @throws NotOffered for somebody who is no administrator of that tenant
 */
export function decideForTenant(
  { grants }: Sandbox,
  { authority, client, redirectUri, state, scopes }: AdminConsentRequest,
  user: User,
  decision: Decision,
): string {
  if (!admits(authority, user)) throw new NotOffered(`${user.upn} is no account of the tenant in the link.`);
  if (!user.admin) throw new NotOffered(`${user.upn} is no administrator and can't consent for the tenant.`);
  const tenant = tenantOf(user);
  if (decision === 'accept') {
    grants.consentForTenant(tenant, client);
    return location(redirectUri, { admin_consent: 'True', tenant: tenant.id, scope: scopes.join(' '), state });
  }
  return location(redirectUri, {
    admin_consent: 'True',
    error: 'consent_required',
    error_description: declined().description,
    tenant: tenant.id,
    state,
  });
}
