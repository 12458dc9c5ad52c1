import { z } from 'zod';
import { decideForTenant, readAdminConsent } from '../entra/admin-consent.js';
import { readAuthorize, RedirectedFailure, type AuthorizeRequest } from '../entra/authorize-request.js';
import { asksForStrong, decide, decisions, NotOffered, type Decision } from '../entra/decide.js';
import { findUser, type User } from '../entra/directory.js';
import { EntraFailure } from '../entra/failure.js';
import { failureBack, type WayBack } from '../entra/way-back.js';
import type { Sandbox } from '../sandbox.js';
import { shownQuery } from './journal.js';
import { ControlProblem } from './problem.js';

export const consentSchema = z.strictObject({
  authorizationUrl: z.url(),
  user: z.string().min(1),
  decision: z.enum(decisions),
});

type Consent = z.output<typeof consentSchema>;

/**
 * Stands for the browser: opens the link, signs in as that user (with a second factor where one is asked for) and clicks.
 * The journal shows the link as opened.
 * @throws ControlProblem for a link or user that isn't ours (400), or a click that the page doesn't offer (409)
 */
export function consentAs(sandbox: Sandbox, { authorizationUrl, user: upn, decision }: Consent): WayBack {
  const url = ownUrl(sandbox, authorizationUrl);
  const user = findUser(upn);
  if (!user) throw new ControlProblem(400, 'unknown_user', `There is no user ${upn}; /control/info lists them.`);
  const link = /^\/([^/]+)(\/oauth2\/v2\.0\/authorize|\/v2\.0\/adminconsent)$/.exec(url.pathname);
  if (!link)
    throw new ControlProblem(400, 'not_a_consent_link', `${url.pathname} is no sign-in or admin-consent page.`);
  const [, segment = '', page] = link;
  const entry = noteVisit(sandbox, url, user.upn);
  try {
    const way =
      page === '/v2.0/adminconsent'
        ? decideForTenant(sandbox, readAdminConsent(sandbox, segment, url.searchParams), user, decision)
        : clickAs(sandbox, readAuthorize(sandbox, segment, url.searchParams), user, decision);
    Object.assign(entry, { status: way.form ? 200 : 302, committed: decision === 'accept' });
    return way;
  } catch (error) {
    entry.status = error instanceof RedirectedFailure ? 302 : 400;
    if (error instanceof RedirectedFailure) return failureBack(error.back, error.failure);
    if (error instanceof EntraFailure) throw new ControlProblem(400, 'refused_by_entra', error.message);
    if (error instanceof NotOffered) throw new ControlProblem(409, 'not_offered', error.message);
    throw error;
  }
}

function clickAs(sandbox: Sandbox, request: AuthorizeRequest, user: User, decision: Decision): WayBack {
  const account = { user, strong: asksForStrong(sandbox, request, user), at: Math.floor(sandbox.now() / 1000) };
  return decide(sandbox, request, account, { decision });
}

function ownUrl({ origin }: Sandbox, text: string): URL {
  const url = new URL(text);
  const own = new URL(origin);
  if (url.protocol === own.protocol && url.port === own.port && ['127.0.0.1', 'localhost'].includes(url.hostname))
    return url;
  throw new ControlProblem(
    400,
    'foreign_link',
    `The link leads to ${url.origin}, and not to this sandbox at ${origin}.`,
  );
}

function noteVisit({ journal }: Sandbox, url: URL, user: string) {
  const scope = url.searchParams.get('scope');
  const query = shownQuery('entra', url.search.slice(1));
  return journal.add({
    target: 'entra',
    method: 'GET',
    path: url.pathname,
    user,
    headers: [],
    ...(query === undefined ? {} : { query }),
    ...(scope === null ? {} : { scope }),
  });
}
