import type { Answer } from '../control/exchange.js';
import { formPostHeaders, formPostPage } from '../pages/form-post.js';
import { pageHeaders } from '../pages/html.js';
import {
  accountPicker,
  adminConsentPage,
  consentPage,
  needAdminApproval,
  strongSignInPage,
  type Offered,
} from '../pages/sign-in.js';
import type { Sandbox } from '../sandbox.js';
import { decideForTenant, readAdminConsent } from './admin-consent.js';
import { readAuthorize, RedirectedFailure, type AuthorizeRequest } from './authorize-request.js';
import { otherAccount, pathTo, pickedAccount, pickedDecision, pickedUser, type Click } from './click.js';
import { decide, nextPage, signedIn } from './decide.js';
import { admits, findUser, users, usersOf, type Authority } from './directory.js';
import { EntraFailure } from './failure.js';
import { sessionCookie, type SignedIn } from './sessions.js';
import { loginHintOf } from './tokens.js';
import { failureBack, type WayBack } from './way-back.js';

/** One page of sign-in: what it answers to a browser. Nothing but the session is kept in between. */
export type Step = (sandbox: Sandbox, click: Click) => Answer;

export const authorize: Step = (sandbox, click) => {
  const request = readAuthorize(sandbox, click.segment, click.query);
  const { prompt, authority, client } = request;
  const accounts = accountsFor(sandbox, click, request);
  if (prompt === 'none') return silent(sandbox, request, accounts);
  const hinted = hintedAccount(sandbox, request);
  const [only, another] = accounts;
  if (prompt !== 'login' && prompt !== 'select_account') {
    // Nobody has a password here, so a name that is given needs nothing more to be typed.
    const account = accounts.find(({ user }) => user === hinted?.user) ?? hinted ?? (another ? undefined : only);
    if (account) return afterPick(sandbox, click, request, account);
  }
  const offered = prompt === 'login' && hinted ? [{ user: hinted.user, signedIn: false }] : null;
  const list = offered ?? offeredTo(sandbox, authority, accounts, request.domainHint);
  return shown(accountPicker(pathTo(click, '/login'), list, client.name));
};

export const login: Step = (sandbox, click) => {
  const request = readAuthorize(sandbox, click.segment, click.query);
  return afterPick(sandbox, click, request, pickedAccount(sandbox, click, request.authority));
};

/** The second factor: a click. */
export const strongSignIn: Step = (sandbox, click) => {
  const request = readAuthorize(sandbox, click.segment, click.query);
  const account = pickedAccount(sandbox, click, request.authority);
  if (click.form.get('approve') !== 'yes') throw EntraFailure.of(50074, 'Strong Authentication is required.');
  return afterPick(sandbox, click, request, { ...account, strong: true });
};

export const consent: Step = (sandbox, click) => {
  const request = readAuthorize(sandbox, click.segment, click.query);
  const decision = pickedDecision(click);
  const account = pickedAccount(sandbox, click, request.authority);
  const way = decide(sandbox, request, account, { decision, forAll: click.form.get('for_all') === 'yes' });
  return { ...sent(way), committed: decision === 'accept' };
};

export const adminConsent: Step = (sandbox, click) => {
  const { authority, client } = readAdminConsent(sandbox, click.segment, click.query);
  const accounts = sandbox.sessions.accountsOf(click.browser).filter(({ user }) => admits(authority, user));
  return shown(
    accountPicker(pathTo(click, '/v2.0/adminconsent'), offeredTo(sandbox, authority, accounts), client.name),
  );
};

export const adminConsentClick: Step = (sandbox, click) => {
  const request = readAdminConsent(sandbox, click.segment, click.query);
  const user = pickedUser(click, request.authority);
  const { client, scopes } = request;
  sandbox.accounts.requirePresent(user);
  if (click.form.has('decision')) {
    const decision = pickedDecision(click);
    return { ...sent(decideForTenant(sandbox, request, user, decision)), committed: decision === 'accept' };
  }
  if (!user.admin) throw EntraFailure.of(90093);
  return shown(adminConsentPage(pathTo(click, '/v2.0/adminconsent'), user, client.name, scopes));
};

/** Without a word to the user: with a session that suffices, or not at all. */
function silent(sandbox: Sandbox, request: AuthorizeRequest, accounts: readonly SignedIn[]): Answer {
  const [account, another] = accounts;
  const refuse = (failure: EntraFailure): never => {
    throw new RedirectedFailure(failure, request.back);
  };
  if (!account) return refuse(EntraFailure.of(50058));
  if (another) return refuse(EntraFailure.of(16000));
  const numbers = { strong_sign_in: 50076, consent: 65001, need_admin_approval: 65001 } as const;
  try {
    const page = nextPage(sandbox, request, account);
    // Which OAuth error comes with these numbers here is not documented.
    if (page !== 'done') return refuse(EntraFailure.of(numbers[page]).as('interaction_required'));
    return { ...sent(signedIn(sandbox, request, account)), committed: true };
  } catch (error) {
    throw error instanceof EntraFailure ? new RedirectedFailure(error.as('interaction_required'), request.back) : error;
  }
}

function afterPick(sandbox: Sandbox, click: Click, request: AuthorizeRequest, account: SignedIn): Answer {
  const { client, scopes } = request;
  const { user, strong } = account;
  const page = nextPage(sandbox, request, account);
  const cookie = { 'set-cookie': sessionCookie(sandbox.sessions.signIn(click.browser, account)) };
  const form = { action: pathTo(click, '/Consent/Set'), strong, other: otherAccount(click) };
  const withCookie = (answer: Answer): Answer => ({ ...answer, headers: { ...answer.headers, ...cookie } });
  switch (page) {
    case 'done':
      return { ...withCookie(sent(signedIn(sandbox, request, account))), committed: true };
    case 'strong_sign_in':
      return withCookie(shown(strongSignInPage(pathTo(click, '/SAS/ProcessAuth'), user)));
    case 'consent':
      return withCookie(shown(consentPage(form, user, client.name, scopes)));
    case 'need_admin_approval':
      return withCookie(shown(needAdminApproval(form, user, client.name)));
  }
}

/** The browser's accounts that fit the request: its tenant, and whom it hints at. */
function accountsFor({ sessions }: Sandbox, { browser }: Click, request: AuthorizeRequest): SignedIn[] {
  const { authority, loginHint } = request;
  return sessions
    .accountsOf(browser)
    .filter(({ user }) => admits(authority, user) && (loginHint === undefined || isHinted(loginHint, user)));
}

function isHinted(hint: string, user: SignedIn['user']): boolean {
  return findUser(hint) === user || hint === loginHintOf(user);
}

function hintedAccount({ now }: Sandbox, { loginHint, authority }: AuthorizeRequest): SignedIn | undefined {
  if (loginHint === undefined) return undefined;
  const named = findUser(loginHint) ?? users.find((one) => loginHintOf(one) === loginHint);
  const user = named && admits(authority, named) ? named : undefined;
  return user && { user, strong: false, at: Math.floor(now() / 1000) };
}

/** Everybody who could sign in; a domain that is hinted at narrows it down, as it narrows down where Entra sends the user. */
function offeredTo(
  { accounts }: Sandbox,
  authority: Authority,
  signedInHere: readonly SignedIn[],
  domainHint?: string,
): Offered[] {
  const all = usersOf(authority).filter((user) => !accounts.stateOf(user).deleted);
  const ofDomain = all.filter(({ upn }) => upn.endsWith(`@${domainHint?.toLowerCase() ?? ''}`));
  return (ofDomain.length > 0 ? ofDomain : all).map((user) => ({
    user,
    signedIn: signedInHere.some((account) => account.user === user),
  }));
}

export function shown(body: string, status = 200): Answer {
  return { status, headers: pageHeaders, body };
}

/** By redirect, or by a page that posts itself. */
export function sent({ location, form }: WayBack): Answer {
  if (form) return { status: 200, headers: formPostHeaders, body: formPostPage(location, form) };
  return { status: 302, headers: { location, 'cache-control': 'no-store' } };
}

export function sentBack({ failure, back }: RedirectedFailure): Answer {
  return sent(failureBack(back, failure));
}
