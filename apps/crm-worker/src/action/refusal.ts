import type { DataverseFailure, DataverseResult } from '@bliro/dataverse';
import type { Outcome } from '@bliro/ledger';
import { isUnknown } from './outcomes.js';
import type { Run } from './run.js';

/**
 * What a write comes to that was not answered with success. While an earlier send is in doubt, or where the refusal may come from what
 * was sent before, only the record says what is true: `explain` looks at it, and answers an outcome or why the record couldn't be seen.
 */
export async function afterRefusal(
  run: Run,
  refusal: DataverseFailure,
  explainable: boolean,
  explain: () => Promise<DataverseResult<Outcome>>,
): Promise<Outcome> {
  if (refusal.class !== 'permanent' || !(explainable || isUnknown(run.action))) return run.outcomeOf(refusal);
  const seen = await explain().catch(() => undefined);
  if (seen === undefined) return { status: 'verifying', reason: 'outcome_unknown', nextAttemptInMs: 1_000 };
  if (seen.ok) return { ...seen.value, explained: true };
  const later = run.outcomeOf(seen.failure);
  return {
    status: 'verifying',
    reason: 'outcome_unknown',
    ...(later.status === 'retrying' && { nextAttemptInMs: later.nextAttemptInMs }),
  };
}
