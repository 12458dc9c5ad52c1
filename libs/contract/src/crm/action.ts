export const actionStatuses = [
  'queued',
  'waiting',
  'running',
  'verifying',
  'succeeded',
  'denied',
  'awaiting_approval',
  'rejected',
  'expired',
  'blocked',
  'retrying',
  'failed',
  'cancelled',
] as const;
export type ActionStatus = (typeof actionStatuses)[number];

export const finalStatuses = [
  'succeeded',
  'denied',
  'rejected',
  'expired',
  'failed',
  'cancelled',
] as const satisfies readonly ActionStatus[];
export type FinalStatus = (typeof finalStatuses)[number];
export const isFinal = (status: ActionStatus): status is FinalStatus =>
  (finalStatuses as readonly string[]).includes(status);

export type BlockedReason =
  'not_connected' | 'reconnect_required' | 'environment_required' | 'environment_changed' | 'paused';

export const jobStatuses = ['open', 'waiting', 'done', 'done_with_problems', 'cancelled'] as const;
export type JobStatus = (typeof jobStatuses)[number];

/** `waiting`: nothing runs by itself, a person or a cause outside must act first. */
export function jobStatus(actions: readonly ActionStatus[]): JobStatus {
  const open = actions.filter((status) => !isFinal(status));
  if (open.length > 0) {
    const moves = open.some((status) => !['awaiting_approval', 'blocked', 'waiting'].includes(status));
    return moves ? 'open' : 'waiting';
  }
  if (actions.every((status) => status === 'succeeded')) return 'done';
  return actions.every((status) => status === 'cancelled') ? 'cancelled' : 'done_with_problems';
}
