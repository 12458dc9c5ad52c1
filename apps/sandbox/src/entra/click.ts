import type { FastifyRequest } from 'fastify';
import { splitUrl, type Known } from '../control/exchange.js';
import type { Sandbox } from '../sandbox.js';
import { decisions, type Decision } from './decide.js';
import { admits, findUser, type Authority, type User } from './directory.js';
import { noAccount } from './accounts.js';
import { EntraFailure } from './failure.js';
import { browserOf, type SignedIn } from './sessions.js';

/** What a browser sent to a page of sign-in: the client's own query, what a form of ours says beside it, and the cookie. */
export interface Click {
  segment: string;
  query: URLSearchParams;
  /** The client's query as it came, so that the next form carries it on. */
  text: string;
  form: URLSearchParams;
  browser: string | undefined;
}

/** @param segment the tenant part of the path */
export function readClick(request: FastifyRequest, segment: string, clientsOwnForm = false): Click {
  const [, query] = splitUrl(request.raw.url ?? '/');
  const body = typeof request.body === 'string' ? request.body : '';
  const text = clientsOwnForm ? body : query;
  return {
    segment,
    text,
    query: new URLSearchParams(text),
    form: new URLSearchParams(clientsOwnForm ? '' : body),
    browser: browserOf(request.headers.cookie),
  };
}

export function knownOf({ sessions }: Sandbox, { form, query, browser }: Click): Known {
  const [only, another] = sessions.accountsOf(browser);
  const user =
    findUser(form.get('user') ?? query.get('login_hint') ?? '') ?? (another === undefined ? only?.user : undefined);
  const scope = query.get('scope');
  return { ...(user ? { user: user.upn } : {}), ...(scope === null ? {} : { scope }) };
}

/** Address of a page of ours, with the client's query carried on. */
export function pathTo({ segment, text }: Click, path: string): string {
  return `/${encodeURIComponent(segment)}${path}?${text}`;
}

/** Back to the choice of an account, for the same request of the client. */
export function otherAccount({ segment, query }: Click): string {
  const again = new URLSearchParams(query);
  again.set('prompt', 'select_account');
  again.delete('login_hint');
  return `/${encodeURIComponent(segment)}/oauth2/v2.0/authorize?${again.toString()}`;
}

/** @throws EntraFailure for an account that isn't there, or not in that tenant */
export function pickedUser({ form, segment }: Click, authority: Authority): User {
  const upn = form.get('user') ?? '';
  const user = findUser(upn);
  if (!user) throw noAccount(upn, segment);
  if (!admits(authority, user)) throw EntraFailure.of(50020, 'The user account does not exist in this tenant.');
  return user;
}

/** The picked account as it is signed in in this browser, or as it has just been picked. */
export function pickedAccount(sandbox: Sandbox, click: Click, authority: Authority): SignedIn {
  const user = pickedUser(click, authority);
  const before = sandbox.sessions.accountsOf(click.browser).find((account) => account.user === user);
  const strong = click.form.get('strong') === 'yes' || (before?.strong ?? false);
  return { user, strong, at: before?.at ?? Math.floor(sandbox.now() / 1000) };
}

/** @throws EntraFailure for a form without one */
export function pickedDecision({ form }: Click): Decision {
  const given = form.get('decision');
  const decision = decisions.find((name) => name === given);
  if (decision) return decision;
  throw EntraFailure.of(90014, "The required field 'decision' is missing from the form.");
}
