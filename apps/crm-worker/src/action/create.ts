import type { CreateInput } from '@bliro/contract/crm';
import type { DataverseFailure, DataverseResult } from '@bliro/dataverse';
import type { Outcome } from '@bliro/ledger';
import { bodyOf, referencedTables, resolveFields, wireFields } from '../dynamics/write-fields.js';
import { recordIdOf } from './record-id.js';
import { afterRefusal } from './refusal.js';
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
  if (answer.ok) return run.succeeded(id);
  const { failure } = answer;
  return afterRefusal(run, failure, failure.code === duplicateRecord, () =>
    explain(run, { set, attribute, id }, failure),
  );
}

function recordIdFor({ action, token, parts: { lease } }: Run): string {
  return (
    action.lastAttempt?.recordId ??
    recordIdOf({
      organization: lease.organization,
      userId: lease.userId,
      keyScope: action.jobKeyScope,
      idempotencyKey: action.idempotencyKey,
      actionKey: action.key,
      environmentId: token.environmentId,
    })
  );
}

/** A refusal says nothing of an earlier send: a row with our id, whatever it holds by now, says that it took effect. */
async function explain(
  run: Run,
  { set, attribute, id }: { set: string; attribute: string; id: string },
  refusal: DataverseFailure,
): Promise<DataverseResult<Outcome>> {
  const found = await run.call(() => run.dataverse.retrieve(set, id, [attribute]));
  if (found.ok) return { ok: true, value: run.succeeded(id) };
  if (found.failure.status === 404) return { ok: true, value: run.outcomeOf(refusal) };
  // With our id as the key, a duplicate that the user may not read is still our row.
  if (found.failure.status === 403 && refusal.code === duplicateRecord) return { ok: true, value: run.succeeded(id) };
  return found;
}
