import type { Sandbox } from '../sandbox.js';
import { location, type AuthorizeRequest } from './authorize-request.js';
import { admits, type User } from './directory.js';
import { declined } from './failure.js';

export const decisions = ['accept', 'decline', 'return'] as const;
export type Decision = (typeof decisions)[number];

/** What the page shows next for a user who has been picked. */
export type NextPage = 'consent' | 'need_admin_approval' | 'done';

export function nextPage({ grants }: Sandbox, { client, prompt }: AuthorizeRequest, user: User): NextPage {
  if (grants.hasConsent(user, client.clientId) && prompt !== 'consent') return 'done';
  return grants.mayConsent(user) ? 'consent' : 'need_admin_approval';
}

/** A click that the page in front of the user doesn't offer. */
export class NotOffered extends Error {
  override readonly name = 'NotOffered';
}

/**
 * Where the browser goes after the user's click.
 * @throws NotOffered where the page has no such button
 */
export function decide(sandbox: Sandbox, request: AuthorizeRequest, user: User, decision: Decision): string {
  const { client, redirectUri, state } = request;
  if (!admits(request.authority, user)) throw new NotOffered(`${user.upn} is no account of the tenant in the link.`);
  if (decision === 'return') return location(redirectUri, { error: 'access_denied', error_subcode: 'cancel', state });
  if (nextPage(sandbox, request, user) === 'need_admin_approval')
    throw new NotOffered(`${user.upn} may not consent: the page says "Need admin approval" and offers only "return".`);
  if (decision === 'decline') {
    const failure = declined();
    return location(redirectUri, { error: failure.oauthError, error_description: failure.description, state });
  }
  sandbox.grants.consent(user, client);
  return signedIn(sandbox, request, user);
}

/** The way back with a fresh code. */
export function signedIn({ grants }: Sandbox, request: AuthorizeRequest, user: User): string {
  const { client, redirectUri, state, scopes, nonce, challenge } = request;
  const code = grants.issueCode({ clientId: client.clientId, user, scopes, redirectUri, nonce, challenge });
  return location(redirectUri, { code, state });
}
