import { finalStatuses, isFinal, type ActionStatus } from '@bliro/contract/crm';

/** The state machine of an action: what each status may become. Whatever moves an action asks here. */
export const transitions: Readonly<Record<ActionStatus, readonly ActionStatus[]>> = {
  queued: ['running', 'retrying', 'denied', 'awaiting_approval', 'blocked', 'failed', 'cancelled', 'expired'],
  waiting: ['queued', 'cancelled', 'expired'],
  running: ['succeeded', 'failed', 'denied', 'retrying', 'verifying', 'blocked', 'awaiting_approval', 'cancelled'],
  verifying: ['running', 'succeeded', 'failed', 'retrying', 'verifying'],
  retrying: ['running', 'retrying', 'denied', 'awaiting_approval', 'blocked', 'failed', 'cancelled', 'expired'],
  awaiting_approval: ['queued', 'rejected', 'expired', 'denied', 'cancelled'],
  blocked: ['queued', 'expired', 'cancelled'],
  succeeded: [],
  denied: [],
  rejected: [],
  expired: [],
  failed: [],
  cancelled: [],
};

const statuses = Object.keys(transitions) as ActionStatus[];

export const mayBecome = (from: ActionStatus, to: ActionStatus): boolean => transitions[from].includes(to);

/** Every status from which an action may come to `to`. */
export const predecessors = (to: ActionStatus): ActionStatus[] => statuses.filter((from) => mayBecome(from, to));

/** A worker may take these up, where their time has come. */
export const startable = ['queued', 'retrying', 'verifying'] as const satisfies readonly ActionStatus[];

/** Not sent yet, so that a cancel ends them at once. */
export const cancellable: readonly ActionStatus[] = predecessors('cancelled').filter((from) => from !== 'running');

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

/**
 * What an outcome makes of an action. A write that may have reached Dynamics stays `verifying` whatever forbids the next call, since
 * its effect is not known; one that was cancelled while it ran ends as soon as it is known not to have taken effect.
 */
export function settledStatus(
  action: { status: ActionStatus; cancelRequested: boolean; writes: boolean },
  outcome: ActionStatus,
): ActionStatus {
  const unsettled = action.status === 'verifying' && action.writes;
  if (unsettled && ['denied', 'blocked', 'awaiting_approval'].includes(outcome)) return 'verifying';
  const from = action.status === 'verifying' && !action.writes ? 'running' : action.status;
  const to = action.cancelRequested && !isFinal(outcome) && outcome !== 'verifying' ? 'cancelled' : outcome;
  if (action.status === 'verifying' && to === 'cancelled') return to;
  if (!mayBecome(from, to)) throw new ImpossibleStep(action.status, to);
  return to;
}
