import type { UpdateInput } from '@bliro/contract/crm';
import type { DataverseFailure, TableDefinition } from '@bliro/dataverse';
import type { Outcome } from '@bliro/ledger';
import { changedColumns, differingColumns, valuesOf } from '../dynamics/compare.js';
import { recordUrl } from '../dynamics/record-url.js';
import { resolveId } from '../dynamics/references.js';
import { bodyOf, referencedTables, resolveFields, wireFields, type WireField } from '../dynamics/write-fields.js';
import { NoPermit } from './interruption.js';
import { isUnknown, stillUnknown, unexplained } from './outcomes.js';
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
  if (answer.ok) return updated(run, target);
  const { failure } = answer;
  const unknown = isUnknown(run.action);
  if (failure.class === 'permanent' && (unknown || failure.status === 412)) {
    return explain(run, target, condition, failure).catch(() => unexplained);
  }
  const outcome = run.outcomeOf(failure);
  return unknown ? stillUnknown(outcome) : outcome;
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
    throw new NoPermit({ status: 'failed', reason: 'conflict', message });
  }
  if (etag === undefined && target.definition.optimisticConcurrency) {
    throw new NoPermit(run.outcomeOf({ class: 'transient', message: 'Dataverse answered without an ETag.' }));
  }
  return { etag: etag ?? '*', before: valuesOf(target.fields, row) };
}

async function read(run: Run, { definition, id, fields, ifUnchangedSince }: Target) {
  const columns = new Set(fields.map(({ readAs }) => readAs));
  if (ifUnchangedSince !== undefined) columns.add('modifiedon');
  const answer = await run.call(() => run.dataverse.retrieve(definition.entitySetName, id, [...columns]));
  return { row: run.orEnd(answer), etag: answer.ok ? answer.etag : undefined };
}

/** A refusal says nothing of an earlier send, and a 412 nothing of who was faster: the row does. */
async function explain(run: Run, target: Target, { before }: Condition, refusal: DataverseFailure): Promise<Outcome> {
  const columns = target.fields.map(({ readAs }) => readAs);
  const set = target.definition.entitySetName;
  const found = await run.call(() => run.dataverse.retrieve(set, target.id, columns));
  if (!found.ok) {
    const outcome = run.outcomeOf(found.failure);
    return found.failure.status === 404 ? outcome : stillUnknown(outcome);
  }
  if (differingColumns(target.fields, found.value).length === 0) return updated(run, target);
  const changed = changedColumns(target.fields, before, found.value);
  if (changed.length > 0) return conflict(changed);
  if (refusal.status !== 412) return run.outcomeOf(refusal);
  const message = 'The record was changed in Dynamics meanwhile, in other columns.';
  return { status: 'retrying', reason: 'changed_meanwhile', nextAttemptInMs: 0, message };
}

function conflict(columns: readonly string[]): Outcome {
  const message = `Somebody changed ${columns.join(', ')} in Dynamics meanwhile; nothing was overwritten.`;
  return { status: 'failed', reason: 'conflict', message };
}

function updated({ table, parts }: Run, { id }: Target): Outcome {
  const url = recordUrl(parts.permit.access.token.environmentUrl, table, id);
  return { status: 'succeeded', record: { table, id, url } };
}
