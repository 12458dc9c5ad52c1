import { z } from 'zod';
import { createRow, updateRow, type Author } from '../dataverse/commit.js';
import { environmentById, systemUserId, type Environment } from '../dataverse/environments.js';
import { DataverseFailure } from '../dataverse/failure.js';
import { accepts } from '../dataverse/payload.js';
import { isReference, type Reference, type Row, type RowStore, type Value } from '../dataverse/row.js';
import type { Column } from '../dataverse/schema/column.js';
import { tableByName, tables } from '../dataverse/schema/index.js';
import { columnOf, type Table } from '../dataverse/schema/table.js';
import { parseValue } from '../dataverse/value.js';
import { findUser, tenants } from '../entra/directory.js';
import type { Sandbox } from '../sandbox.js';
import { isGuid } from '../stable-id.js';
import { ControlProblem } from './problem.js';

export const recordsQuerySchema = z.strictObject({ environment: z.guid(), table: z.string().min(1) });

export const recordChangeSchema = z.strictObject({
  environment: z.guid(),
  table: z.string().min(1),
  id: z.guid().optional(),
  fields: z.record(z.string(), z.unknown()),
});

/** The rows of a table as they stand, by logical name, a lookup as its id. */
export function recordsOf(sandbox: Sandbox, place: z.output<typeof recordsQuerySchema>): object[] {
  const { store, table } = find(sandbox, place);
  return Array.from(store.all(table.logicalName), (row) => shown(table, row));
}

/**
 * Writes a row as the tenant's administrator would: changes it, or makes it where there is none with that id.
 * @throws ControlProblem for what the table doesn't take
 */
export function changeRecord(
  sandbox: Sandbox,
  change: z.output<typeof recordChangeSchema>,
): { created: boolean; record: object } {
  const { store, table, environment } = find(sandbox, change);
  const id = change.id?.toLowerCase();
  const author = administratorOf(environment);
  const row = id === undefined ? undefined : store.find(table.logicalName, id);
  try {
    const values = Object.fromEntries(
      Object.entries(change.fields).map(([name, given]) => [name, readField(table, name, given, store)]),
    );
    const changes = { values, ...(id === undefined ? {} : { id }) };
    const written = row ? updateRow(store, table, row, changes, author) : createRow(store, table, changes, author);
    return { created: row === undefined, record: shown(table, written) };
  } catch (error) {
    if (error instanceof DataverseFailure) throw new ControlProblem(400, 'invalid_field', error.message);
    throw error;
  }
}

function find(sandbox: Sandbox, place: { environment: string; table: string }) {
  const environment = environmentById(place.environment);
  if (!environment)
    throw new ControlProblem(400, 'unknown_environment', 'There is no such environment; /control/info lists them.');
  const table = tableByName(place.table);
  if (!table) {
    const names = tables.map(({ logicalName }) => logicalName).join(', ');
    throw new ControlProblem(400, 'unknown_table', `There is no table ${place.table}; there are ${names}.`);
  }
  return { environment, table, store: sandbox.rowsOf(environment) };
}

function shown(table: Table, { id, version, values }: Row): object {
  const flat = Object.entries(values).map(([name, value]) => [name, isReference(value) ? value.id : value]);
  return { [table.primaryId]: id, ...Object.fromEntries(flat), versionnumber: version };
}

function readField(table: Table, name: string, given: unknown, store: RowStore): Value {
  const column = columnOf(table, name);
  if (!column || name === table.primaryId)
    throw new ControlProblem(400, 'unknown_column', `${table.logicalName} has no column ${name} to write to.`);
  if (!column.targets || given === null) return parseValue(table, name, column, given);
  return readLookup(name, column, given, store);
}

const namedLookup = z.strictObject({ table: z.string(), id: z.guid() });

/** An id, which is looked for in every table that the lookup may lead to, or the table with it. */
function readLookup(name: string, { targets = [] }: Column, given: unknown, store: RowStore): Reference {
  const named = namedLookup.safeParse(given);
  const id = named.success ? named.data.id : given;
  if (typeof id !== 'string' || !isGuid(id))
    throw new ControlProblem(400, 'invalid_field', `${name} is a lookup: give an id, or {table, id}.`);
  const fitting = tables
    .map(({ logicalName }) => logicalName)
    .filter((table) => targets.some((target) => accepts(target.table, table)))
    .filter((table) => !named.success || table === named.data.table);
  const table = fitting.find((candidate) => store.find(candidate, id.toLowerCase()));
  if (table) return { table, id: id.toLowerCase() };
  throw new ControlProblem(
    400,
    'invalid_field',
    `${name}: there is no row ${id} in ${fitting.join(', ') || 'that table'}.`,
  );
}

function administratorOf(environment: Environment): Author {
  const upn = tenants.find(({ id }) => id === environment.tenantId)?.adminUpn ?? '';
  const user = findUser(upn);
  if (!user) throw new Error(`${environment.slug} has no administrator`);
  const { businessUnitId, currencyId } = environment;
  return { userId: systemUserId(environment, user), businessUnitId, currencyId };
}
