import type { FieldValue } from '@bliro/contract/crm';
import { InputMistake } from './input-mistake.js';

export interface RecordReference {
  table: string;
  id: string;
}
export type KnownRecords = Readonly<Record<string, RecordReference>>;

/** The record of another action. Throws InputMistake where that action made or found none. */
function recordOf(actionKey: string, known: KnownRecords): RecordReference {
  const record = Object.hasOwn(known, actionKey) ? known[actionKey] : undefined;
  if (record === undefined) throw new InputMistake(`The action ${actionKey} has no record that could be used here.`);
  return record;
}

/** An id given as such or through `{fromAction}`; `table` is the one that the id must be of. */
export function resolveId(id: string | { fromAction: string }, table: string, known: KnownRecords): string {
  if (typeof id === 'string') return id.toLowerCase();
  const record = recordOf(id.fromAction, known);
  if (record.table === table) return record.id;
  throw new InputMistake(`The action ${id.fromAction} has a record of ${record.table}, not of ${table}.`);
}

/** A field's value without `{fromAction}` in it. */
export function resolveValue(value: FieldValue, known: KnownRecords): Exclude<FieldValue, { fromAction: string }> {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  if ('fromAction' in value) return recordOf(value.fromAction, known);
  return { table: value.table, id: resolveId(value.id, value.table, known) };
}
