import type { FastifyInstance, FastifyRequest } from 'fastify';
import { conduct, splitUrl, type Answer, type Known } from '../control/exchange.js';
import { pageHeaders } from '../pages/html.js';
import { accountPicker, adminConsentPage, consentPage, needAdminApproval, troublePage } from '../pages/sign-in.js';
import type { Sandbox } from '../sandbox.js';
import { decideForTenant, readAdminConsent } from './admin-consent.js';
import { failureLocation, readAuthorize, RedirectedFailure, type AuthorizeRequest } from './authorize-request.js';
import { decide, decisions, nextPage, NotOffered, signedIn, type Decision } from './decide.js';
import { admits, findUser, usersOf, type Authority, type User } from './directory.js';
import { EntraFailure } from './failure.js';
import { entraTrouble } from './trouble.js';

/** What a form of ours sent, beside the client's own query. */
interface Click {
  segment: string;
  query: URLSearchParams;
  /** The client's query as it came, so that the next form carries it on. */
  text: string;
  user: User | undefined;
  decision: Decision | undefined;
}

type Step = (sandbox: Sandbox, click: Click) => Answer;

/** The pages of sign-in and consent: each form carries the client's query on, and nothing is kept in between. */
export function signInRoutes(app: FastifyInstance, sandbox: Sandbox): void {
  const route = (method: 'GET' | 'POST', path: string, step: Step): void => {
    app.route<{ Params: { tenant: string } }>({
      method,
      url: `/:tenant${path}`,
      handler: (request, reply) => {
        const click = readClick(request, request.params.tenant);
        return conduct(sandbox, request, reply, {
          target: 'entra',
          path: splitUrl(request.raw.url ?? '/')[0],
          identify: () => knownOf(click),
          carryOut: () => orTrouble(() => step(sandbox, click)),
          trouble: entraTrouble,
        });
      },
    });
  };
  route('GET', '/oauth2/v2.0/authorize', authorize);
  route('POST', '/login', login);
  route('POST', '/Consent/Set', consent);
  route('GET', '/v2.0/adminconsent', adminConsent);
  route('POST', '/v2.0/adminconsent', adminConsentClick);
}

const authorize: Step = (sandbox, click) => {
  const request = readAuthorize(sandbox, click.segment, click.query);
  const { prompt, loginHint, authority, client } = request;
  if (prompt === 'none') throw loginRequired(request);
  const hinted = prompt === 'select_account' || loginHint === undefined ? undefined : findUser(loginHint);
  if (hinted && admits(authority, hinted)) return afterPick(sandbox, click, request, hinted);
  return shown(accountPicker(action(click, '/login'), usersOf(authority), client.name));
};

const login: Step = (sandbox, click) => {
  const request = readAuthorize(sandbox, click.segment, click.query);
  return afterPick(sandbox, click, request, pickedUser(click, request.authority));
};

const consent: Step = (sandbox, click) => {
  const request = readAuthorize(sandbox, click.segment, click.query);
  const decision = pickedDecision(click);
  return redirect(decide(sandbox, request, pickedUser(click, request.authority), decision), decision === 'accept');
};

const adminConsent: Step = (sandbox, click) => {
  const { authority, client } = readAdminConsent(sandbox, click.segment, click.query);
  return shown(accountPicker(action(click, '/v2.0/adminconsent'), usersOf(authority), client.name));
};

const adminConsentClick: Step = (sandbox, click) => {
  const request = readAdminConsent(sandbox, click.segment, click.query);
  const user = pickedUser(click, request.authority);
  const { client, scopes } = request;
  const { decision } = click;
  if (decision) return redirect(decideForTenant(sandbox, request, user, decision), decision === 'accept');
  if (!user.admin)
    throw new EntraFailure(
      'access_denied',
      90093,
      "This operation can only be performed by an administrator. Sign out and sign in as an administrator or contact one of your organization's administrators.",
    );
  return shown(adminConsentPage(action(click, '/v2.0/adminconsent'), user, client.name, scopes));
};

function afterPick(sandbox: Sandbox, click: Click, request: AuthorizeRequest, user: User): Answer {
  const { client, scopes } = request;
  const form = action(click, '/Consent/Set');
  switch (nextPage(sandbox, request, user)) {
    case 'done':
      return redirect(signedIn(sandbox, request, user), true);
    case 'consent':
      return shown(consentPage(form, user, client.name, scopes));
    case 'need_admin_approval':
      return shown(needAdminApproval(form, user, client.name));
  }
}

function orTrouble(step: () => Answer): Answer {
  try {
    return step();
  } catch (error) {
    if (error instanceof RedirectedFailure) return redirect(failureLocation(error), false);
    if (error instanceof EntraFailure) return shown(troublePage(error), error.status);
    if (error instanceof NotOffered)
      return shown(troublePage(new EntraFailure('access_denied', 90094, error.message)), 403);
    throw error;
  }
}

/** Nothing is remembered about browsers here, so nobody is ever signed in without being asked. */
function loginRequired({ redirectUri, state }: AuthorizeRequest): RedirectedFailure {
  const sentence = 'Session information is not sufficient for single-sign-on.';
  return new RedirectedFailure(new EntraFailure('login_required', 50058, sentence), redirectUri, state);
}

function readClick(request: FastifyRequest, segment: string): Click {
  const [, text] = splitUrl(request.raw.url ?? '/');
  const form = new URLSearchParams(typeof request.body === 'string' ? request.body : '');
  const decision = form.get('decision');
  return {
    segment,
    text,
    query: new URLSearchParams(text),
    user: findUser(form.get('user') ?? ''),
    decision: decisions.find((name) => name === decision),
  };
}

function knownOf({ user, query }: Click): Known {
  const scope = query.get('scope');
  return { ...(user ? { user: user.upn } : {}), ...(scope === null ? {} : { scope }) };
}

function pickedUser({ user }: Click, authority: Authority): User {
  if (user && admits(authority, user)) return user;
  throw new EntraFailure('invalid_request', 50020, 'The user account does not exist in this tenant.');
}

function pickedDecision({ decision }: Click): Decision {
  if (decision) return decision;
  throw new EntraFailure('invalid_request', 90014, "The required field 'decision' is missing from the form.");
}

function action({ segment, text }: Click, path: string): string {
  return `/${encodeURIComponent(segment)}${path}?${text}`;
}

function shown(body: string, status = 200): Answer {
  return { status, headers: pageHeaders, body };
}

function redirect(to: string, committed: boolean): Answer {
  return { status: 302, headers: { location: to, 'cache-control': 'no-store' }, committed };
}
