import { z } from 'zod';
import { environmentById, type Environment } from '../dataverse/environments.js';
import { DataverseFailure } from '../dataverse/failure.js';
import type { Organization } from '../dataverse/organization.js';
import type { Member } from '../dataverse/rights/membership.js';
import { isReference, type Reference, type Row, type Rows, type Value } from '../dataverse/row.js';
import type { Column } from '../dataverse/schema/column.js';
import type { Schema } from '../dataverse/schema/schema.js';
import { columnOf, type Table } from '../dataverse/schema/table.js';
import { parseValue } from '../dataverse/value.js';
import { create, update } from '../dataverse/write/operations.js';
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

type PlaceOfRows = z.output<typeof recordsQuerySchema>;

/** The rows of a table as they stand, by logical name, a lookup as its id. */
export function recordsOf(sandbox: Sandbox, place: PlaceOfRows): object[] {
  const { organization, table } = find(sandbox, place);
  return Array.from(organization.store.all(table.logicalName), (row) => shown(table, row));
}

/** One of those rows. */
export function recordOf({ store }: Organization, table: Table, id: string): Record<string, unknown> | undefined {
  const row = store.find(table.logicalName, id);
  return row && shown(table, row);
}

/** The audit rows about a table, or about all; the last comes last. */
export function auditOf(sandbox: Sandbox, place: { environment: string; table?: string | undefined }): object[] {
  const organization = organizationAt(sandbox, place.environment);
  const audit = organization.schema.table('audit');
  if (!audit) return [];
  const { table } = place;
  return [...organization.store.all('audit')]
    .filter(({ values }) => table === undefined || values['objecttypecode'] === table)
    .map((row) => shown(audit, row));
}

/**
 * Writes a row as the tenant's administrator would: changes it, or makes it where there is none with that id.
 * @throws ControlProblem for what the table doesn't take
 */
export async function changeRecord(
  sandbox: Sandbox,
  change: z.output<typeof recordChangeSchema>,
): Promise<{ created: boolean; record: object }> {
  const { organization, table } = find(sandbox, change);
  const id = change.id?.toLowerCase();
  const member = administratorOf(organization);
  try {
    return await organization.transact(member, async (transaction) => {
      if (id !== undefined) await transaction.lock(table.logicalName, id);
      const present = id === undefined ? undefined : transaction.find(table.logicalName, id);
      const fields = Object.entries(change.fields);
      const values = Object.fromEntries(
        fields.map(([name, given]) => [name, readField(organization.schema, transaction, table, name, given)]),
      );
      const draft = { table, values, before: [], after: [], linked: [], ...(id === undefined ? {} : { id }) };
      const work = { organization, transaction, member };
      const row = present ? await update(work, draft, present.id) : await create(work, draft);
      return { created: !present, record: shown(table, row) };
    });
  } catch (error) {
    if (error instanceof DataverseFailure) throw new ControlProblem(400, 'invalid_field', error.message);
    throw error;
  }
}

export function organizationAt(sandbox: Sandbox, id: string): Organization {
  const environment = environmentById(id);
  if (environment) return sandbox.organizationOf(environment);
  throw new ControlProblem(400, 'unknown_environment', 'There is no such environment; /control/info lists them.');
}

function find(sandbox: Sandbox, place: PlaceOfRows) {
  const organization = organizationAt(sandbox, place.environment);
  return { organization, table: tableNamed(organization, place.table) };
}

export function tableNamed({ schema }: Organization, name: string): Table {
  const table = schema.table(name);
  if (table) return table;
  const names = schema.tables.map(({ logicalName }) => logicalName).join(', ');
  throw new ControlProblem(400, 'unknown_table', `There is no table ${name}; there are ${names}.`);
}

function shown(table: Table, { id, version, values }: Row): Record<string, unknown> {
  const flat = Object.entries(values).map(([name, value]): [string, unknown] => [
    name,
    isReference(value) ? value.id : value,
  ]);
  return { [table.primaryId]: id, ...Object.fromEntries(flat), versionnumber: version };
}

function readField(schema: Schema, rows: Rows, table: Table, name: string, given: unknown): Value {
  const column = columnOf(table, name);
  if (!column || name === table.primaryId)
    throw new ControlProblem(400, 'unknown_column', `${table.logicalName} has no column ${name} to write to.`);
  if (!column.targets || given === null) return parseValue(table, name, column, given);
  return readLookup(schema, rows, name, column, given);
}

const namedLookup = z.strictObject({ table: z.string(), id: z.guid() });

/** An id, which is looked for in every table that the lookup may lead to, or the table with it. */
function readLookup(schema: Schema, rows: Rows, name: string, { targets = [] }: Column, given: unknown): Reference {
  const named = namedLookup.safeParse(given);
  const id = named.success ? named.data.id : given;
  if (typeof id !== 'string' || !isGuid(id))
    throw new ControlProblem(400, 'invalid_field', `${name} is a lookup: give an id, or {table, id}.`);
  const fitting = targets
    .flatMap(({ table }) => (table === 'owner' ? ['systemuser', 'team'] : [table]))
    .filter((table) => schema.table(table) && (!named.success || table === named.data.table));
  const table = fitting.find((candidate) => rows.find(candidate, id.toLowerCase()));
  if (table) return { table, id: id.toLowerCase() };
  const places = fitting.join(', ') || 'that table';
  throw new ControlProblem(400, 'invalid_field', `${name}: there is no row ${id} in ${places}.`);
}

export function administratorOf({ environment, membership }: Organization): Member {
  return membership.memberOf(administratorAccount(environment).oid);
}

function administratorAccount(environment: Environment) {
  const upn = tenants.find(({ id }) => id === environment.tenantId)?.adminUpn ?? '';
  const user = findUser(upn);
  if (!user) throw new Error(`${environment.slug} has no administrator`);
  return user;
}
