import type { UpdateInput } from '@bliro/contract/crm';
import type { DataverseFailure, DataverseResult, Row, TableDefinition } from '@bliro/dataverse';
import type { Outcome } from '@bliro/ledger';
import { changedColumns, differingColumns, valuesOf } from '../dynamics/compare.js';
import { resolveId } from '../dynamics/references.js';
import { bodyOf, referencedTables, resolveFields, wireFields, type WireField } from '../dynamics/write-fields.js';
import { Ended } from './interruption.js';
import { afterRefusal } from './refusal.js';
import type { Run } from './run.js';

interface Target {
  definition: TableDefinition;
  id: string;
  fields: WireField[];
  ifUnchangedSince: string | undefined;
}
interface Condition {
  etag: string;
  before: Record<string, unknown>;
}

/** Changes the record only where it still is as it was read: what arrives late, or twice, changes nothing. */
export async function runUpdate(run: Run, input: UpdateInput): Promise<Outcome> {
  const definition = await run.definition();
  const resolved = resolveFields(definition, input.fields, run.action.fromActions);
  const fields = wireFields(definition, resolved, await run.entitySets(referencedTables(resolved)));
  const id = resolveId(input.id, run.table, run.action.fromActions);
  const target = { definition, id, fields, ifUnchangedSince: input.ifUnchangedSince };
  const condition = sentBefore(run) ?? (await readFirst(run, target));
  await run.begin({ operation: 'update', recordId: id, ...condition });
  const ifMatch = definition.optimisticConcurrency ? condition.etag : '*';
  const answer = await run.call(() => run.dataverse.update(definition.entitySetName, id, bodyOf(fields), { ifMatch }));
  if (answer.ok) return run.succeeded(id);
  const { failure } = answer;
  return afterRefusal(run, failure, failure.status === 412, () => explain(run, target, condition, failure));
}

/** While the effect of the last send isn't known, the same conditional request goes again and no other. */
function sentBefore({ action }: Run): Condition | undefined {
  const last = action.lastAttempt;
  if (action.status !== 'verifying' || last?.etag === undefined) return undefined;
  return { etag: last.etag, before: last.before ?? {} };
}

async function readFirst(run: Run, target: Target): Promise<Condition> {
  const { row, etag } = await read(run, target);
  const since = target.ifUnchangedSince;
  if (since !== undefined && Date.parse(String(row['modifiedon'])) > Date.parse(since)) {
    const message = 'The record was changed in Dynamics after the time up to which it was to be unchanged.';
    throw new Ended({ status: 'failed', reason: 'conflict', message });
  }
  if (etag === undefined && target.definition.optimisticConcurrency) {
    throw new Ended(run.outcomeOf({ class: 'transient', message: 'Dataverse answered without an ETag.' }));
  }
  return { etag: etag ?? '*', before: valuesOf(target.fields, row) };
}

async function read(run: Run, { definition, id, fields, ifUnchangedSince }: Target) {
  const columns = new Set(fields.map(({ readAs }) => readAs));
  if (ifUnchangedSince !== undefined) columns.add('modifiedon');
  const answer = await run.call(() => run.dataverse.retrieve(definition.entitySetName, id, [...columns]));
  return { row: run.valueOrEnd(answer), etag: answer.ok ? answer.etag : undefined };
}

/** A refusal says nothing of an earlier send, and a 412 nothing of who was faster: the row does. */
async function explain(
  run: Run,
  target: Target,
  condition: Condition,
  refusal: DataverseFailure,
): Promise<DataverseResult<Outcome>> {
  const columns = target.fields.map(({ readAs }) => readAs);
  const set = target.definition.entitySetName;
  const found = await run.call(() => run.dataverse.retrieve(set, target.id, columns));
  if (found.ok) return { ok: true, value: explanation(run, target, condition, refusal, found.value) };
  return found.failure.status === 404 ? { ok: true, value: run.outcomeOf(found.failure) } : found;
}

function explanation(run: Run, target: Target, { before }: Condition, refusal: DataverseFailure, row: Row): Outcome {
  if (differingColumns(target.fields, row).length === 0) return run.succeeded(target.id);
  const changed = changedColumns(target.fields, before, row);
  if (changed.length > 0) return conflict(changed);
  if (refusal.status !== 412) return run.outcomeOf(refusal);
  const message = 'The record was changed in Dynamics meanwhile, in other columns.';
  return { status: 'retrying', reason: 'changed_meanwhile', nextAttemptInMs: 0, message };
}

function conflict(columns: readonly string[]): Outcome {
  const message = `Somebody changed ${columns.join(', ')} in Dynamics meanwhile; nothing was overwritten.`;
  return { status: 'failed', reason: 'conflict', message };
}
