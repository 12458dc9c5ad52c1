import type { Answer } from '../control/exchange.js';
import { signedOutPage } from '../pages/sign-in.js';
import type { Sandbox } from '../sandbox.js';
import type { Click } from './click.js';
import { allowsRedirect } from './clients.js';
import { findAuthority } from './directory.js';
import { unknownTenant } from './failure.js';
import { noSessionCookie } from './sessions.js';
import { shown } from './sign-in-steps.js';
import { loginHintOf } from './tokens.js';

/**
 * Signs the browser out: of the account that `logout_hint` names, or of all, and sends it on to a registered address only.
 * @throws EntraFailure for an unknown tenant
 */
export function logout({ sessions, clients }: Sandbox, { segment, query, form, browser }: Click): Answer {
  if (!findAuthority(segment)) throw unknownTenant(segment);
  const given = (name: string): string | undefined => form.get(name) ?? query.get(name) ?? undefined;
  const hint = given('logout_hint');
  const accounts = sessions.accountsOf(browser);
  const hinted = accounts.find(({ user }) => hint !== undefined && [loginHintOf(user), user.upn].includes(hint));
  sessions.signOut(browser, hinted?.user);
  const cookie: Record<string, string> =
    sessions.accountsOf(browser).length === 0 ? { 'set-cookie': noSessionCookie() } : {};
  const to = given('post_logout_redirect_uri');
  const known = to !== undefined && [...clients.values()].some((client) => allowsRedirect(client, to));
  if (!known) {
    const page = shown(signedOutPage());
    return { ...page, headers: { ...page.headers, ...cookie }, committed: accounts.length > 0 };
  }
  const url = new URL(to);
  const state = given('state');
  if (state !== undefined) url.searchParams.set('state', state);
  return {
    status: 302,
    headers: { location: url.href, 'cache-control': 'no-store', ...cookie },
    committed: accounts.length > 0,
  };
}
