import type { Sandbox } from '../sandbox.js';
import { readClient } from './authorize-request.js';
import type { Client } from './clients.js';
import type { Decision } from './decide.js';
import { NotOffered } from './decide.js';
import { admits, findAuthority, tenantOf, type Authority, type User } from './directory.js';
import { EntraFailure, missingParameter, unknownTenant } from './failure.js';
import { resourcesOf, splitScopes } from './scopes.js';
import { wayBack, type Return, type WayBack } from './way-back.js';

/** A link by which an administrator consents for a whole tenant. */
export interface AdminConsentRequest {
  authority: Authority;
  client: Client;
  back: Return;
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
  return { authority, client, scopes, back: { redirectUri, mode: 'query', state: query.get('state') ?? undefined } };
}

/**
 * Where the browser goes after the administrator's click.
 * @throws NotOffered for somebody who is no administrator of that tenant, EntraFailure for an account that can't sign in
 */
export function decideForTenant(
  { consents, accounts }: Sandbox,
  { authority, client, back, scopes }: AdminConsentRequest,
  user: User,
  decision: Decision,
): WayBack {
  if (!admits(authority, user)) throw new NotOffered(`${user.upn} is no account of the tenant in the link.`);
  accounts.requirePresent(user);
  accounts.requirePolicies(user, true);
  if (!user.admin) throw new NotOffered(`${user.upn} is no administrator and can't consent for the tenant.`);
  const tenant = tenantOf(user);
  if (decision === 'accept') {
    consents.giveForTenant(tenant, client, scopes);
    return wayBack(back, { admin_consent: 'True', tenant: tenant.id, scope: scopes.join(' ') });
  }
  return wayBack(back, {
    admin_consent: 'True',
    error: 'consent_required',
    error_description: EntraFailure.of(65004, 'The resource owner or authorization server denied the request.')
      .description,
  });
}
