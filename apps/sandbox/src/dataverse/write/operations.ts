import { randomUUID } from 'node:crypto';
import { DataverseFailure, duplicateKey, noSuchRow, staleVersion } from '../failure.js';
import type { Organization } from '../organization.js';
import { missing, reaches, requireAccess, requirePrivilege } from '../rights/access.js';
import { closedColumn, type ColumnOperation } from '../rights/column-security.js';
import type { Member } from '../rights/membership.js';
import { etagOf, isReference, type Row, type Values } from '../row.js';
import type { Relation } from '../schema/relations.js';
import type { Table } from '../schema/table.js';
import { rowOfKey } from './address.js';
import { changedValues, newValues, writable } from './commit.js';
import { refuseDuplicates } from './duplicates.js';
import type { Draft } from './payload.js';
import type { Transaction } from './transaction.js';

/** For whom, where and in which transaction something is written. */
export interface Work {
  organization: Organization;
  transaction: Transaction;
  member: Member;
  detectDuplicates?: boolean;
  bypassPlugIns?: boolean;
}

/** Makes a row and those that come with it. @throws DataverseFailure */
export async function create(work: Work, draft: Draft): Promise<Row> {
  const { transaction, member } = work;
  const { table } = draft;
  const depth = requirePrivilege(member, table, 'create');
  for (const { column, draft: parent } of draft.before) {
    const { id } = await create(work, parent);
    draft.values[column] = { table: parent.table.logicalName, id };
  }
  const id = draft.id ?? randomUUID();
  if (draft.id !== undefined) {
    await transaction.lock(table.logicalName, id);
    if (transaction.find(table.logicalName, id)) throw duplicateKey();
  }
  const given = writable(table, draft.values, 'create');
  checkLookups(work, table, given);
  checkColumns(work, table, given, 'create');
  await checkWhole(work, table, id, given);
  const set = await plugIns(work, 'create', table, given);
  const values = newValues(table, id, { ...given, ...set }, member);
  const row = transaction.put(table.logicalName, id, values);
  if (!reaches(depth, member, table, row)) requireAccess(member, table, row, 'create');
  await follow(work, draft, row);
  return row;
}

/** The rows around a new one, whose lookups lead to it. */
async function follow(work: Work, draft: Draft, { id }: Row): Promise<void> {
  const here = { table: draft.table.logicalName, id };
  for (const { relation, draft: child } of draft.after) {
    child.values[relation.column] = here;
    await create(work, child);
  }
  for (const { relation, reference } of draft.linked) await link(work, relation, reference.id, here.id);
}

export interface Condition {
  /** `*`, or the ETag that the row must have. */
  ifMatch?: string | undefined;
}

/** Changes a row that is there. @throws DataverseFailure */
export async function update(work: Work, draft: Draft, id: string, { ifMatch }: Condition = {}): Promise<Row> {
  const { transaction, member } = work;
  const { table } = draft;
  await transaction.lock(table.logicalName, id);
  const row = transaction.find(table.logicalName, id);
  if (!row) throw noSuchRow(table.logicalName, id);
  requireAccess(member, table, row, 'write');
  requireVersion(row, ifMatch);
  const given = writable(table, draft.values, 'update');
  checkLookups(work, table, given);
  checkColumns(work, table, given, 'update');
  // What the change would be refused for is found before a plug-in sees it.
  const proposed = changedValues(table, row, given, member);
  await checkWhole(work, table, id, given, proposed);
  const set = await plugIns(work, 'update', table, given, row);
  const values = Object.keys(set).length === 0 ? proposed : changedValues(table, row, { ...given, ...set }, member);
  return transaction.put(table.logicalName, id, values);
}

/** Deletes a row, with what its relations say of the rows that refer to it. @throws DataverseFailure */
export async function remove(work: Work, table: Table, id: string, { ifMatch }: Condition = {}): Promise<void> {
  const { transaction, member, organization } = work;
  await transaction.lock(table.logicalName, id);
  const row = transaction.find(table.logicalName, id);
  if (!row) throw noSuchRow(table.logicalName, id);
  requireAccess(member, table, row, 'delete');
  requireVersion(row, ifMatch);
  await plugIns(work, 'delete', table, {}, row);
  for (const relation of organization.schema.relations())
    if (relation.referenced === table.logicalName && relation.onDelete !== 'keep') await release(work, relation, id);
  transaction.delete(table.logicalName, id);
}

async function release(work: Work, relation: Relation, id: string): Promise<void> {
  const { transaction, organization } = work;
  const table = organization.schema.table(relation.referencing);
  if (!table) return;
  const referring = [...transaction.all(relation.referencing)].filter(({ values }) =>
    isReferenceTo(values, relation, id),
  );
  if (referring.length > 0 && relation.onDelete === 'restrict') throw associated(table);
  for (const child of referring) {
    await transaction.lock(relation.referencing, child.id);
    const now = transaction.find(relation.referencing, child.id);
    if (!now || !isReferenceTo(now.values, relation, id)) continue;
    if (relation.onDelete === 'cascade') transaction.delete(relation.referencing, child.id);
    else transaction.put(relation.referencing, child.id, { ...now.values, [relation.column]: null });
  }
}

function isReferenceTo(values: Values, { column, referenced }: Relation, id: string): boolean {
  const value = values[column];
  return isReference(value) && value.id === id && value.table === referenced;
}

/** Makes the lookup of a row lead to another, or to none. */
export async function link(work: Work, relation: Relation, childId: string, parentId: string | null): Promise<Row> {
  const table = work.organization.schema.table(relation.referencing);
  if (!table) throw noSuchRow(relation.referencing, childId);
  const value = parentId === null ? null : { table: relation.referenced, id: parentId };
  const draft = { table, values: { [relation.column]: value }, before: [], after: [], linked: [] };
  return update(work, draft, childId);
}

function requireVersion(row: Row, ifMatch: string | undefined): void {
  if (ifMatch !== undefined && ifMatch !== '*' && ifMatch !== etagOf(row)) throw staleVersion();
}

async function plugIns(
  { organization, bypassPlugIns }: Work,
  message: 'create' | 'update' | 'delete',
  table: Table,
  given: Values,
  row?: Row,
): Promise<Values> {
  if (bypassPlugIns) return {};
  return organization.plugIns.run(message, table, { ...row?.values, ...given });
}

/** Who sets a lookup appends to one row and attaches to the other; who sets an owner assigns. */
function checkLookups({ member, organization }: Work, table: Table, given: Values): void {
  for (const [name, value] of Object.entries(given)) {
    if (!isReference(value)) continue;
    const target = organization.schema.table(value.table);
    if (name === 'ownerid') {
      if (value.id !== member.userId) requirePrivilege(member, table, 'assign');
    } else if (target) {
      requirePrivilege(member, table, 'append');
      requirePrivilege(member, target, 'appendTo');
    }
  }
}

function checkColumns({ member, organization }: Work, table: Table, given: Values, operation: ColumnOperation): void {
  const closed = organization.security.closed(table.logicalName, member.person.upn, operation);
  const name = Object.keys(given).find((column) => closed.has(column));
  if (name === undefined || operation === 'read') return;
  throw closedColumn(member.userId, table.columns[name]?.label ?? name, table.logicalName, operation);
}

/** Alternate keys, and duplicate rules where they are asked for. */
async function checkWhole(work: Work, table: Table, id: string, given: Values, whole = given): Promise<void> {
  for (const [name, columns] of Object.entries(table.keys)) {
    if (!columns.some((column) => column in given)) continue;
    const wanted = Object.fromEntries(columns.map((column) => [column, plain(whole[column])]));
    if (Object.values(wanted).includes(null)) continue;
    await lockKey(work, table, wanted);
    const other = rowOfKey(work.transaction, table, { columns: wanted });
    if (other && other.id !== id) throw duplicateAlternateKey(table, name, other.id);
  }
  if (work.detectDuplicates) refuseDuplicates(work.organization.rules, work.transaction, table, id, whole);
}

/** Two rows with one key can't be on their way at once. */
export async function lockKey(
  { transaction }: Work,
  table: Table,
  columns: Readonly<Record<string, unknown>>,
): Promise<void> {
  const pairs = Object.entries(columns).map(([name, value]) => `${name}=${JSON.stringify(value).toLowerCase()}`);
  await transaction.lock(table.logicalName, pairs.sort().join());
}

function plain(value: Values[string] | undefined): string | number | boolean | null {
  return isReference(value) ? value.id : (value ?? null);
}

/** The message holds XML with the row that has the key. */
function duplicateAlternateKey(table: Table, key: string, id: string): DataverseFailure {
  return new DataverseFailure(
    412,
    '0x80060892',
    `Entity Key ${key} violated. A record with the same value already exists. A duplicate record cannot be created. ` +
      `Select one or more unique values and try again. <Result><DuplicateRecordId>${id}</DuplicateRecordId>` +
      `<EntityLogicalName>${table.logicalName}</EntityLogicalName></Result>`,
  );
}

function associated(table: Table): DataverseFailure {
  return new DataverseFailure(
    405,
    '0x80040227',
    `The object you tried to delete is associated with another object and cannot be deleted: ${table.logicalName}.`,
  );
}

/** Skipping a customer's plug-ins needs a privilege of its own. */
export function requireBypass(member: Member): void {
  if (!member.person.admin) throw missing(member, 'prvBypassCustomPlugins');
}
