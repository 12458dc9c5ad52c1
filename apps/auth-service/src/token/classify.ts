import type { ConnectionReason } from '@bliro/contract/auth';
import type { EntraFailure } from './entra-failure.js';

/** When a broken connection whose token was kept is asked about again without the user. */
export type Probe = 'never' | 'daily' | 'doubling';

export interface Broken {
  kind: 'broken';
  reason: ConnectionReason;
  /** Days that the refresh token is kept; 0: it is destroyed at once. */
  keepDays: number;
  probe: Probe;
  claims?: string;
}

export type Verdict =
  | Broken
  /** 65001: the same code for consent withdrawn and for a wrong resource; asking for Discovery's scope tells them apart. */
  | { kind: 'consent_missing' }
  /** An `invalid_grant` that nobody knows. It counts as broken the third time. */
  | { kind: 'unknown_refusal' }
  | { kind: 'transient'; retryAfterMs: number; alarm: boolean }
  /** Our registration, secret or request is wrong: says nothing about the connection. */
  | { kind: 'our_mistake' };

const KEEP_DAYS = 30;
const MAX_RETRY_AFTER_MS = 3_600_000;

const broken = (reason: ConnectionReason, keepDays: number, probe: Probe): Broken => ({
  kind: 'broken',
  reason,
  keepDays,
  probe,
});

const expired = broken('refresh_token_expired', 0, 'never');
const interaction = broken('interaction_required', KEEP_DAYS, 'never');
const blocked = broken('blocked_by_policy', KEEP_DAYS, 'doubling');
const removed = broken('access_removed', KEEP_DAYS, 'daily');

/** spec.md's table, first block. */
const byCode: ReadonlyMap<number, Verdict> = new Map<number, Verdict>([
  [65001, { kind: 'consent_missing' }],
  ...[700082, 700081, 700084, 70008, 70000].map((code) => [code, expired] as const),
  [50173, broken('sessions_revoked', 0, 'never')],
  ...[50034, 50020].map((code) => [code, broken('user_removed', 0, 'never')] as const),
  ...[50070, 50071, 50072, 50073, 50074, 50075, 50076, 50077, 50078, 50079].map((code) => [code, interaction] as const),
  ...[50158, 70043].map((code) => [code, interaction] as const),
  ...[53000, 53001, 53002, 53003, 53004, 53005, 53006, 53007, 53008, 53009].map((code) => [code, blocked] as const),
  ...[530032, 53011].map((code) => [code, blocked] as const),
  [50057, broken('user_disabled', 7, 'daily')],
  ...[50105, 500011, 650052, 700016].map((code) => [code, removed] as const),
  ...[90033, 90055, 90024, 50033, 90006, 90012, 50087].map((code) => [code, wait(30_000, false)] as const),
  // A loop of ours, in Entra's eyes; it comes as invalid_grant and says nothing about the user.
  [50196, wait(300_000, true)],
  ...[9002313, 900144, 70011, 28002, 28003, 700022, 901002, 501481, 7000215, 7000218, 7000222, 700027].map(
    (code) => [code, { kind: 'our_mistake' }] as const,
  ),
]);

const ourErrors = new Set(['invalid_client', 'invalid_scope', 'invalid_request', 'unsupported_grant_type']);
const refusals = new Set(['invalid_grant', 'interaction_required', 'login_required', 'consent_required']);

/**
 * What a failed redemption of a refresh token means. Pure. The number decides where spec.md names it, before a claims
 * challenge: Conditional Access sends one along with blocks that no sign-in can end. What isn't known is transient.
 */
export function classify(failure: EntraFailure): Verdict {
  if (failure.kind === 'not_sent') return { kind: 'our_mistake' };
  if (failure.kind === 'transport') {
    return wait(failure.retryAfterMs ?? 30_000, failure.cause === 'malformed_answer');
  }
  const known = failure.codes.map((code) => byCode.get(code)).find((verdict) => verdict !== undefined);
  if (known !== undefined) return withClaims(known, failure.claims);
  if (failure.claims !== undefined) return withClaims(interaction, failure.claims);
  if (failure.suberror === 'consent_required' || failure.error === 'consent_required')
    return { kind: 'consent_missing' };
  if (ourErrors.has(failure.error)) return { kind: 'our_mistake' };
  if (refusals.has(failure.error)) return { kind: 'unknown_refusal' };
  return wait(60_000, true);
}

function withClaims(verdict: Verdict, claims: string | undefined): Verdict {
  return verdict.kind === 'broken' && verdict.keepDays > 0 && claims !== undefined ? { ...verdict, claims } : verdict;
}

function wait(retryAfterMs: number, alarm: boolean): Verdict {
  return { kind: 'transient', retryAfterMs: Math.min(Math.max(retryAfterMs, 1000), MAX_RETRY_AFTER_MS), alarm };
}
