import type { Sandbox } from '../sandbox.js';
import type { AuthorizeRequest } from './authorize-request.js';
import { admits, tenantOf, type User } from './directory.js';
import { EntraFailure } from './failure.js';
import type { SignedIn } from './sessions.js';
import { failureBack, wayBack, type WayBack } from './way-back.js';

export const decisions = ['accept', 'decline', 'return'] as const;
export type Decision = (typeof decisions)[number];

/** What comes next for an account that has been picked. */
export type NextPage = 'strong_sign_in' | 'consent' | 'need_admin_approval' | 'done';

/** @throws EntraFailure for an account that can't sign in at all */
export function nextPage(sandbox: Sandbox, request: AuthorizeRequest, { user, strong }: SignedIn): NextPage {
  const { accounts, consents } = sandbox;
  const { client, prompt, scopes } = request;
  accounts.requirePresent(user);
  accounts.requirePolicies(user, true);
  if (!strong && asksForStrong(sandbox, request, user)) return 'strong_sign_in';
  if (consents.cover(user, client.clientId, scopes) && prompt !== 'consent') return 'done';
  return accounts.mayConsent(user) ? 'consent' : 'need_admin_approval';
}

/** Whether this sign-in takes a second factor. */
export function asksForStrong({ accounts }: Sandbox, { claims }: AuthorizeRequest, user: User): boolean {
  return claims.stronger || accounts.stateOf(user).mfaRequired;
}

/** A click that the page in front of the user doesn't offer. */
export class NotOffered extends Error {
  override readonly name = 'NotOffered';
}

export interface Click {
  decision: Decision;
  /** An administrator's "consent on behalf of your organization". */
  forAll?: boolean;
}

/**
 * Where the browser goes after the user's click on the consent page.
 * @throws NotOffered where the page has no such button, EntraFailure for an account that can't sign in
 */
export function decide(
  sandbox: Sandbox,
  request: AuthorizeRequest,
  account: SignedIn,
  { decision, forAll = false }: Click,
): WayBack {
  const { user } = account;
  const { client, back, scopes } = request;
  if (!admits(request.authority, user)) throw new NotOffered(`${user.upn} is no account of the tenant in the link.`);
  const page = nextPage(sandbox, request, account);
  if (page === 'strong_sign_in') throw EntraFailure.of(50074);
  if (decision === 'return') return wayBack(back, { error: 'access_denied', error_subcode: 'cancel' });
  if (page === 'need_admin_approval')
    throw new NotOffered(`${user.upn} may not consent: the page says "Need admin approval" and offers only "return".`);
  if (decision === 'decline') return failureBack(back, EntraFailure.of(65004));
  if (forAll && user.admin) sandbox.consents.giveForTenant(tenantOf(user), client, scopes);
  else sandbox.consents.give(user, client, scopes);
  return signedIn(sandbox, request, account);
}

/** The way back with a fresh code. */
export function signedIn(sandbox: Sandbox, request: AuthorizeRequest, { user, strong, at }: SignedIn): WayBack {
  const { client, back, scopes, nonce, challenge, claims } = request;
  const code = sandbox.grants.issueCode(
    {
      clientId: client.clientId,
      user,
      scopes,
      strong,
      signedInAt: at,
      redirectUri: back.redirectUri,
      nonce,
      challenge,
      idTokenClaims: claims.idToken,
    },
    sandbox.now(),
  );
  return wayBack(back, { code });
}
