import type { Decision } from '@bliro/contract/policy';
import type { TokenRefused } from '@bliro/contract/auth';
import type { DataverseFailure } from '@bliro/dataverse';
import type { Outcome } from '@bliro/ledger';
import { sentenceOf } from './sentences.js';
import { backOffMs } from './back-off.js';

/** What a decision other than `allow` makes of an action. */
export function outcomeOfDecision({ effect, reason, message }: Decision): Outcome | undefined {
  switch (effect) {
    case 'allow':
      return undefined;
    case 'deny':
      return { status: 'denied', reason, message };
    case 'ask':
      return { status: 'awaiting_approval' };
    case 'wait':
      return { status: 'blocked', reason: 'paused', message };
  }
}

/** What it means that there is no token; undefined where that isn't about the user's connection (the grant was refused). */
export function outcomeOfRefusal({ code, message, retryAfterMs }: TokenRefused): Outcome | undefined {
  if (code === 'grant_refused') return undefined;
  if (code === 'unavailable')
    return { status: 'retrying', reason: 'token_unavailable', nextAttemptInMs: retryAfterMs ?? 5_000, message };
  return { status: 'blocked', reason: code, message };
}

/** What a failure at Dataverse makes of an action; `attempts` counts those so far. */
export function outcomeOfFailure(failure: DataverseFailure, attempts: number): Outcome {
  const message = sentenceOf(failure);
  const later = (reason: string, ms: number): Outcome => ({
    status: 'retrying',
    reason,
    nextAttemptInMs: ms,
    message,
  });
  switch (failure.class) {
    case 'permanent':
      return {
        status: 'failed',
        reason: reasonOf(failure),
        message,
        ...(failure.code !== undefined && { code: failure.code }),
      };
    case 'throttled':
      return later('throttled', failure.retryAfterMs ?? Math.max(5_000, backOffMs(attempts)));
    case 'transient':
      return later('dynamics_unavailable', Math.max(failure.retryAfterMs ?? 0, backOffMs(attempts)));
    case 'unknown':
      return {
        status: 'verifying',
        reason: 'outcome_unknown',
        nextAttemptInMs: Math.max(failure.retryAfterMs ?? 0, backOffMs(attempts)),
      };
    case 'needs_person':
      if (failure.status === 401 && failure.claims === undefined)
        return later('token_not_accepted', backOffMs(attempts));
      return {
        status: 'blocked',
        reason: 'reconnect_required',
        message: failure.claims === undefined ? message : 'Microsoft wants the user to sign in again for Dynamics.',
      };
  }
}

function reasonOf({ status, name }: DataverseFailure): string {
  if (name?.startsWith('Duplicate')) return 'duplicate';
  if (status === 403) return 'not_permitted_in_dynamics';
  if (status === 404) return 'not_found';
  if (status === 412) return 'conflict';
  return 'refused_by_dynamics';
}

/** Whether it isn't known if an earlier send of this action took effect. */
export function isUnknown({ status }: { status: string }): boolean {
  return status === 'verifying';
}

/** Failures that may come from a table that changed since its definition was read. */
export function suggestsOtherDefinition({ class: kind, status, code, name = '' }: DataverseFailure): boolean {
  const named = ['PayloadInvalid', 'ODataRequestInvalid', 'SegmentNotFound'].includes(name);
  return kind === 'permanent' && (named || (status === 400 && code === undefined));
}
