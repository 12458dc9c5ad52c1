import type { Answer } from '../control/exchange.js';
import type { Effect } from '../control/faults.js';
import { EntraFailure } from './failure.js';

/** The answer of a `status` fault: `code` is an AADSTS number, or an OAuth error by name. */
export function entraTrouble({ status, code, retryAfter }: Extract<Effect, { kind: 'status' }>): Answer {
  const number = /^(?:AADSTS)?(\d{1,9})$/i.exec(code ?? '')?.[1];
  const failure = EntraFailure.numbered(number === undefined ? usualNumber(status) : Number(number));
  const named = code !== undefined && /^[a-z_]+$/.test(code) ? failure.as(code) : failure;
  return {
    status,
    headers: retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) },
    body: named.body(),
  };
}

function usualNumber(status: number): number {
  if (status === 429) return 90055;
  return status >= 500 ? 90033 : 90014;
}
