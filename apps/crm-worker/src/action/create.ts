import type { CreateInput } from '@bliro/contract/crm';
import type { DataverseFailure } from '@bliro/dataverse';
import type { Outcome } from '@bliro/ledger';
import { recordUrl } from '../dynamics/record-url.js';
import { bodyOf, referencedTables, resolveFields, wireFields } from '../dynamics/write-fields.js';
import { isUnknown, stillUnknown, unexplained } from './outcomes.js';
import { recordIdOf } from './record-id.js';
import type { Run } from './run.js';

/** `A record with matching key values already exists.` */
const duplicateRecord = '0x80040237';

/** Creates the record under an id that is the same however often this is sent: at most one row can exist. */
export async function runCreate(run: Run, input: CreateInput): Promise<Outcome> {
  const definition = await run.definition();
  const fields = resolveFields(definition, input.fields, run.action.fromActions);
  const sets = await run.entitySets(referencedTables(fields));
  const id = recordIdFor(run);
  const { entitySetName: set, primaryIdAttribute: attribute } = definition;
  const body = bodyOf(wireFields(definition, fields, sets), { attribute, id });
  await run.begin({ operation: 'create', recordId: id });
  const answer = await run.call(() => run.dataverse.create(set, body));
  if (answer.ok) return created(run, id);
  const { failure } = answer;
  const unknown = isUnknown(run.action);
  if (failure.class === 'permanent' && (unknown || failure.code === duplicateRecord)) {
    return explain(run, { set, attribute, id }, failure).catch(() => unexplained);
  }
  const outcome = run.outcomeOf(failure);
  return unknown ? stillUnknown(outcome) : outcome;
}

function recordIdFor({ action, parts }: Run): string {
  const { lease, permit } = parts;
  return (
    action.lastAttempt?.recordId ??
    recordIdOf({
      organization: lease.organization,
      userId: lease.userId,
      keyScope: action.jobKeyScope,
      idempotencyKey: action.idempotencyKey,
      actionKey: action.key,
      environmentId: permit.access.token.environmentId,
    })
  );
}

/** A refusal says nothing of an earlier send: a row with our id, whatever it holds by now, says that it took effect. */
async function explain(
  run: Run,
  { set, attribute, id }: { set: string; attribute: string; id: string },
  refusal: DataverseFailure,
): Promise<Outcome> {
  const found = await run.call(() => run.dataverse.retrieve(set, id, [attribute]));
  if (found.ok) return created(run, id);
  if (found.failure.status === 404) return run.outcomeOf(refusal);
  // With our id as the key, a duplicate that the user may not read is still our row.
  if (found.failure.status === 403 && refusal.code === duplicateRecord) return created(run, id);
  return stillUnknown(run.outcomeOf(found.failure));
}

function created({ table, parts }: Run, id: string): Outcome {
  const url = recordUrl(parts.permit.access.token.environmentUrl, table, id);
  return { status: 'succeeded', record: { table, id, url } };
}
