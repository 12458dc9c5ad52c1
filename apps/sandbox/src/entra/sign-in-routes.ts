import type { FastifyInstance } from 'fastify';
import { conduct, splitUrl, type Answer } from '../control/exchange.js';
import { troublePage } from '../pages/sign-in.js';
import type { Sandbox } from '../sandbox.js';
import { RedirectedFailure } from './authorize-request.js';
import { knownOf, otherAccount, readClick, type Click } from './click.js';
import { NotOffered } from './decide.js';
import { EntraFailure } from './failure.js';
import { logout } from './logout.js';
import * as steps from './sign-in-steps.js';
import { sentBack, shown, type Step } from './sign-in-steps.js';
import { entraTrouble } from './trouble.js';

const AUTHORIZE = '/oauth2/v2.0/authorize';

/** The pages of sign-in, consent and sign-out. */
export function signInRoutes(app: FastifyInstance, sandbox: Sandbox): void {
  const route = (method: 'GET' | 'POST', path: string, step: Step): void => {
    app.route<{ Params: { tenant: string } }>({
      method,
      url: `/:tenant${path}`,
      handler: (request, reply) => {
        const click = readClick(request, request.params.tenant, method === 'POST' && path === AUTHORIZE);
        return conduct(sandbox, request, reply, {
          target: 'entra',
          path: splitUrl(request.raw.url ?? '/')[0],
          identify: () => knownOf(sandbox, click),
          carryOut: () => orTrouble(click, () => step(sandbox, click)),
          trouble: entraTrouble,
        });
      },
    });
  };
  route('GET', AUTHORIZE, steps.authorize);
  route('POST', AUTHORIZE, steps.authorize);
  route('POST', '/login', steps.login);
  route('POST', '/SAS/ProcessAuth', steps.strongSignIn);
  route('POST', '/Consent/Set', steps.consent);
  route('GET', '/v2.0/adminconsent', steps.adminConsent);
  route('POST', '/v2.0/adminconsent', steps.adminConsentClick);
  route('GET', '/oauth2/v2.0/logout', logout);
  route('POST', '/oauth2/v2.0/logout', logout);
}

/** With these another account may do better. */
const ofAccounts = new Set([50020, 50034, 50057, 50074, 50105, 53003, 90093, 90094]);

function orTrouble(click: Click, step: () => Answer): Answer {
  try {
    return step();
  } catch (error) {
    if (!(error instanceof RedirectedFailure || error instanceof EntraFailure || error instanceof NotOffered))
      throw error;
    const failure = failureOf(error).correlate(click.query.get('client-request-id'));
    if (error instanceof RedirectedFailure) return sentBack(error);
    const again = ofAccounts.has(failure.number) && click.query.has('response_type') ? otherAccount(click) : undefined;
    return shown(troublePage(failure, again), error instanceof NotOffered ? 403 : failure.status);
  }
}

function failureOf(error: RedirectedFailure | EntraFailure | NotOffered): EntraFailure {
  if (error instanceof NotOffered) return EntraFailure.of(90094, error.message);
  return error instanceof RedirectedFailure ? error.failure : error;
}
