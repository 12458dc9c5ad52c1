import type { ReadInput } from '@bliro/contract/crm';
import type { DataverseResult, Row, TableDefinition } from '@bliro/dataverse';
import type { Outcome } from '@bliro/ledger';
import { conditionsOf } from '../dynamics/conditions.js';
import { resolveId } from '../dynamics/references.js';
import { readableColumns, rowFromWire, selectOf } from '../dynamics/rows.js';
import type { Run } from './run.js';

const usualTop = 50;

/** Reads by id or by equality, and no column that the decision doesn't name. */
export async function runRead(run: Run, input: ReadInput): Promise<Outcome> {
  const definition = await run.definition();
  const { fields, allFields } = run.decision;
  const columns = readableColumns(definition, input.columns, allFields ? undefined : fields);
  const question = questionOf(run, definition, selectOf(definition, columns), input);
  await run.begin({ operation: 'read', ...(question.id !== undefined && { recordId: question.id }) });
  const answer = await run.call(question.ask);
  if (!answer.ok) return run.outcomeOf(answer.failure);
  const result = answer.value.map((row) => rowFromWire(definition, columns, row));
  return { ...run.succeeded(onlyId(definition, answer.value)), result };
}

function questionOf(
  { dataverse, action, table }: Run,
  definition: TableDefinition,
  columns: string[],
  input: ReadInput,
): { id?: string; ask: () => Promise<DataverseResult<Row[]>> } {
  const set = definition.entitySetName;
  if ('where' in input) {
    const where = conditionsOf(definition, input.where, action.fromActions);
    return { ask: () => dataverse.query(set, { where, columns, top: input.top ?? usualTop }) };
  }
  const id = resolveId(input.id, table, action.fromActions);
  return {
    id,
    ask: async () => {
      const row = await dataverse.retrieve(set, id, columns);
      return row.ok ? { ok: true, value: [row.value] } : row;
    },
  };
}

/** A read that found exactly one record stands for it where another action says `{fromAction}`. */
function onlyId(definition: TableDefinition, rows: readonly Row[]): string | undefined {
  const id = rows[0]?.[definition.primaryIdAttribute];
  return rows.length === 1 && typeof id === 'string' ? id : undefined;
}
