import type { Answer } from '../control/exchange.js';
import type { Effect } from '../control/faults.js';
import { EntraFailure } from './failure.js';

const numbers: Record<number, [error: string, suberror?: string]> = {
  65001: ['invalid_grant', 'consent_required'],
  50076: ['invalid_grant', 'basic_action'],
  50079: ['invalid_grant', 'basic_action'],
  53003: ['invalid_grant', 'message_only'],
  70043: ['invalid_grant', 'token_expired'],
  700082: ['invalid_grant', 'bad_token'],
  7000215: ['invalid_client'],
  700016: ['unauthorized_client'],
  500011: ['invalid_resource'],
  90033: ['temporarily_unavailable'],
  90055: ['temporarily_unavailable'],
};

/** The answer of a `status` fault: `code` is an AADSTS number, or an OAuth error by name. */
export function entraTrouble({ status, code, retryAfter }: Extract<Effect, { kind: 'status' }>): Answer {
  const number = Number(
    /^(?:AADSTS)?(\d+)$/.exec(code ?? '')?.[1] ?? (status >= 500 || status === 429 ? 90033 : 90014),
  );
  const [known, suberror] = numbers[number] ?? ['invalid_grant'];
  const error = code !== undefined && /^[a-z_]+$/.test(code) ? code : known;
  const failure = new EntraFailure(error, number, 'A fault that was asked for at the sandbox.', {
    ...(suberror === undefined ? {} : { suberror }),
    ...(suberror === 'basic_action' ? { claims: '{"access_token":{"capolids":{"essential":true}}}' } : {}),
  });
  return {
    status,
    headers: retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) },
    body: failure.body(),
  };
}
