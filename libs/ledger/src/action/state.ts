import { finalStatuses, isFinal, type ActionStatus } from '@bliro/contract/crm';

/** The state machine of an action: what each status may become. `moveActions` alone changes a status, and asks here. */
export const transitions: Readonly<Record<ActionStatus, readonly ActionStatus[]>> = {
  queued: ['running', 'retrying', 'denied', 'awaiting_approval', 'blocked', 'failed', 'cancelled', 'expired'],
  waiting: ['queued', 'cancelled', 'expired'],
  running: ['succeeded', 'failed', 'denied', 'retrying', 'verifying', 'blocked', 'awaiting_approval', 'cancelled'],
  verifying: ['verifying', 'succeeded', 'failed', 'retrying', 'cancelled'],
  retrying: ['running', 'retrying', 'denied', 'awaiting_approval', 'blocked', 'failed', 'cancelled', 'expired'],
  awaiting_approval: ['queued', 'rejected', 'expired', 'denied', 'cancelled'],
  blocked: ['queued', 'waiting', 'expired', 'cancelled'],
  succeeded: [],
  // What ended without success may be tried again: from the start, or in doubt where it may have taken effect.
  denied: ['waiting'],
  rejected: ['waiting'],
  expired: ['waiting'],
  failed: ['waiting', 'verifying'],
  cancelled: ['waiting'],
};

const statuses = Object.keys(transitions) as ActionStatus[];

export const mayBecome = (from: ActionStatus, to: ActionStatus): boolean => transitions[from].includes(to);

/** Every status from which an action may come to `to`. */
export const predecessors = (to: ActionStatus): ActionStatus[] => statuses.filter((from) => mayBecome(from, to));

/** A worker may take these up, where their time has come. */
export const startable = ['queued', 'retrying', 'verifying'] as const satisfies readonly ActionStatus[];

/** May be opened again, from the start. */
export const retryable: readonly ActionStatus[] = predecessors('waiting');

/** Sent: a cancel can't take it back, it only keeps further calls from being made. */
export const sent = ['running', 'verifying'] as const satisfies readonly ActionStatus[];

/** Not sent yet, so that a cancel ends them at once. */
export const cancellable: readonly ActionStatus[] = predecessors('cancelled').filter(
  (from) => !(sent as readonly ActionStatus[]).includes(from),
);

export const final: readonly ActionStatus[] = finalStatuses;

/** Thrown for a step that the state machine doesn't have: a mistake of the caller's, never a matter of timing. */
export class ImpossibleStep extends Error {
  override readonly name = 'ImpossibleStep';

  constructor(
    readonly from: ActionStatus,
    readonly to: ActionStatus,
  ) {
    super(`An action that is ${from} can't become ${to}.`);
  }
}

export interface Settled {
  status: ActionStatus;
  cancelRequested: boolean;
  /** No call that could tell its effect was permitted for as long as blocked work may wait. */
  overdue: boolean;
}

/** Whether an outcome leaves it open if a write took effect. `explained`: the outcome holds for every earlier send as well. */
export function leavesInDoubt(from: ActionStatus, outcome: ActionStatus, explained: boolean): boolean {
  return outcome === 'verifying' || (from === 'verifying' && outcome !== 'succeeded' && !explained);
}

/**
 * What an outcome makes of an action. One in doubt stays `verifying` whatever keeps the call that would tell from being made; where no
 * such call will come any more, since it was cancelled or waited too long, it has `failed`.
 */
export function settledStatus(
  { status: from, cancelRequested, overdue }: Settled,
  outcome: ActionStatus,
  explained: boolean,
): ActionStatus {
  if (leavesInDoubt(from, outcome, explained))
    return checked(from, cancelRequested || overdue ? 'failed' : 'verifying');
  return checked(from, cancelRequested && !isFinal(outcome) ? 'cancelled' : outcome);
}

function checked(from: ActionStatus, to: ActionStatus): ActionStatus {
  if (!mayBecome(from, to)) throw new ImpossibleStep(from, to);
  return to;
}
