import { isGuid } from '../stable-id.js';
import { badPayload, noSuchRow } from './failure.js';
import type { Reference, RowStore, Value } from './row.js';
import { columnOf, type Table } from './schema/table.js';
import { tableBySet } from './schema/index.js';
import { parseValue } from './value.js';

/** What a body asks to change, by column, the primary id apart. */
export interface Changes {
  id?: string;
  values: Record<string, Value>;
}

const BIND = '@odata.bind';

/**
 * Reads the JSON body of a create or update.
 * @throws DataverseFailure for anything that the table doesn't take
 */
export function readPayload(table: Table, body: unknown, store: RowStore): Changes {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw badPayload(table.entitySetName, 'A JSON object is expected.');
  const changes: Changes = { values: {} };
  for (const [key, given] of Object.entries(body)) {
    if (key.endsWith(BIND)) bind(table, key.slice(0, -BIND.length), given, store, changes);
    else if (!key.includes('@')) assign(table, key, given, changes);
  }
  return changes;
}

function assign(table: Table, name: string, given: unknown, changes: Changes): void {
  const lookup = navigations(table).get(name);
  if (lookup && given === null) {
    changes.values[lookup.column] = null;
    return;
  }
  const column = columnOf(table, name);
  if (!column) throw undeclared(table, name);
  const value = parseValue(table, name, column, given);
  if (name !== table.primaryId) changes.values[name] = value;
  else if (typeof value === 'string') changes.id = value;
}

function bind(table: Table, navigation: string, given: unknown, store: RowStore, changes: Changes): void {
  const lookup = navigations(table).get(navigation);
  if (!lookup)
    throw badPayload(
      table.entitySetName,
      `An undeclared property '${navigation}' which only has property annotations in the payload but no property value was found in the payload. In OData, only declared navigation properties and declared named streams can be represented as properties without values.`,
    );
  changes.values[lookup.column] = given === null ? null : boundRow(table, lookup.table, given, store);
}

function boundRow(table: Table, target: string, given: unknown, store: RowStore): Reference {
  const parts = typeof given === 'string' ? /(?:^|\/)(\w+)\(([^()]+)\)$/.exec(given) : null;
  const [, set = '', key = ''] = parts ?? [];
  const referenced = tableBySet(set);
  if (!referenced || !isGuid(key))
    throw badPayload(table.entitySetName, `Invalid URI '${String(given).slice(0, 100)}'.`);
  if (!accepts(target, referenced.logicalName))
    throw badPayload(table.entitySetName, `A row of '${set}' can't be bound here: '${target}' is expected.`);
  const id = key.toLowerCase();
  if (!store.find(referenced.logicalName, id)) throw noSuchRow(referenced.logicalName, id);
  return { table: referenced.logicalName, id };
}

/** An owner is a user or a team. */
export function accepts(target: string, table: string): boolean {
  return target === table || (target === 'owner' && (table === 'systemuser' || table === 'team'));
}

interface Navigation {
  column: string;
  table: string;
}

const known = new WeakMap<Table, ReadonlyMap<string, Navigation>>();

/** A table's lookups by their navigation properties, as they are spelt. */
export function navigations(table: Table): ReadonlyMap<string, Navigation> {
  let found = known.get(table);
  if (!found) {
    const entries = Object.entries(table.columns).flatMap(([column, { targets = [] }]) =>
      targets.map((target): [string, Navigation] => [target.navigation, { column, table: target.table }]),
    );
    known.set(table, (found = new Map(entries)));
  }
  return found;
}

function undeclared(table: Table, name: string): Error {
  return badPayload(
    table.entitySetName,
    `The property '${name}' does not exist on type 'Microsoft.Dynamics.CRM.${table.logicalName}'. Make sure to only use property names that are defined by the type.`,
  );
}
