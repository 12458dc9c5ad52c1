import type { TableDefinition } from '@bliro/dataverse';
import { targetsOf } from './columns.js';
import { InputMistake } from './input-mistake.js';
import type { RecordReference } from './references.js';

/** Names of entity sets by table, as far as an input needs them. */
export type EntitySets = Readonly<Record<string, string>>;

/** An owner is a user or a team: Dataverse's metadata know neither by name. */
const accepts = (target: string, table: string): boolean =>
  target === table || (target === 'owner' && (table === 'systemuser' || table === 'team'));

/** Throws InputMistake where the column isn't a reference to one record, or not to that table. */
export function lookupValue(table: TableDefinition, name: string, value: unknown): RecordReference | null {
  if (value === null) return null;
  const targets = targetsOf(table, name);
  const reference = value as Partial<RecordReference>;
  const fits = typeof reference.table === 'string' && typeof reference.id === 'string';
  if (fits && targets.some(({ target }) => accepts(target, reference.table ?? ''))) return reference as RecordReference;
  const tables = targets.map(({ target }) => target).join(', ');
  throw new InputMistake(`${name} takes a record as {table, id}, with a table of: ${tables}.`);
}

/** The navigation property is spelt as the definition says: it seldom is the column's name. */
export function bindLookup(
  table: TableDefinition,
  name: string,
  value: RecordReference | null,
  sets: EntitySets,
): Record<string, unknown> {
  const targets = targetsOf(table, name);
  const fitting = targets.find(({ target }) => value === null || accepts(target, value.table));
  if (fitting === undefined) throw new InputMistake(`${name} can't be written.`);
  if (value === null) return { [fitting.navigation]: null };
  const set = Object.hasOwn(sets, value.table) ? sets[value.table] : undefined;
  if (set === undefined)
    throw new InputMistake(`${name} refers to ${value.table}, which this environment doesn't have.`);
  return { [`${fitting.navigation}@odata.bind`]: `/${set}(${value.id.toLowerCase()})` };
}
