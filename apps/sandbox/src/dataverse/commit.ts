import { randomUUID } from 'node:crypto';
import { DataverseFailure } from './failure.js';
import type { Changes } from './payload.js';
import { isReference, type Reference, type Row, type RowStore, type Value, type Values } from './row.js';
import { columnOf, type Table } from './schema/table.js';
import { optionOf } from './value.js';

/** Who writes, as the row will say. */
export interface Author {
  userId: string;
  businessUnitId: string;
  currencyId: string;
}

type Draft = Record<string, Value>;

/** Adds a row whose id is free: defaults, owner and times are filled in as the server does. */
export function createRow(store: RowStore, table: Table, changes: Changes, author: Author): Row {
  const id = changes.id ?? randomUUID();
  const given = writable(table, changes.values, 'create');
  const draft: Draft = { ...initialValues(table), ...given };
  settleStatus(table, draft, given, id);
  if (table.ownership === 'UserOwned') own(draft, author);
  const hasMoney = Object.keys(given).some((name) => columnOf(table, name)?.type === 'Money');
  if (hasMoney && draft['transactioncurrencyid'] === undefined)
    draft['transactioncurrencyid'] = { table: 'transactioncurrency', id: author.currencyId };
  if (draft['transactioncurrencyid'] && table.columns['exchangerate']?.create === false) draft['exchangerate'] = 1;
  const now = timestamp();
  Object.assign(draft, { createdon: now, createdby: userRef(author.userId) });
  return finish(store, table, id, draft, author, now);
}

/** Changes a row. */
export function updateRow(store: RowStore, table: Table, row: Row, changes: Changes, author: Author): Row {
  const given = writable(table, changes.values, 'update');
  const draft: Draft = { ...row.values, ...given };
  settleStatus(table, draft, given, row.id);
  if (given['ownerid'] !== undefined) own(draft, author);
  return finish(store, table, row.id, draft, author, timestamp());
}

function finish(store: RowStore, table: Table, id: string, draft: Draft, author: Author, now: string): Row {
  if (table.columns['fullname'] && table.columns['lastname'])
    draft['fullname'] = [draft['firstname'], draft['lastname']].filter((part) => part).join(' ');
  Object.assign(draft, { modifiedon: now, modifiedby: userRef(author.userId) });
  return store.put(table.logicalName, id, draft);
}

/** Columns that a caller can't set are left out without a word (a guess: the documentation is silent). */
function writable(table: Table, values: Values, operation: 'create' | 'update'): Draft {
  return Object.fromEntries(Object.entries(values).filter(([name]) => columnOf(table, name)?.[operation]));
}

function initialValues(table: Table): Draft {
  return Object.fromEntries(
    Object.entries(table.columns).flatMap(([name, { initial }]) => (initial === undefined ? [] : [[name, initial]])),
  );
}

function own(draft: Draft, author: Author): void {
  const given = draft['ownerid'];
  const owner: Reference = isReference(given) ? given : userRef(author.userId);
  draft['ownerid'] = owner;
  draft['owninguser'] = owner.table === 'systemuser' ? owner : null;
  draft['owningteam'] = owner.table === 'team' ? owner : null;
  draft['owningbusinessunit'] = { table: 'businessunit', id: author.businessUnitId };
}

/** State and status go in pairs: one that is given alone brings a fitting other, or is refused. */
function settleStatus(table: Table, draft: Draft, given: Draft, id: string): void {
  const { statecode: states, statuscode: statuses } = table.columns;
  if (!states || !statuses) return;
  const state = draft['statecode'];
  const status = given['statuscode'];
  if (typeof status === 'number') {
    if (optionOf(statuses, status)?.state !== state) throw mismatch(table, state, status, id);
  } else if (given['statecode'] !== undefined || draft['statuscode'] === undefined) {
    const first = statuses.options?.find((option) => option.state === state);
    if (first) draft['statuscode'] = first.value;
  }
}

function mismatch(table: Table, state: Value | undefined, status: number, id: string): DataverseFailure {
  const message = `${status} is not a valid status code for state code ${String(state)} on ${table.logicalName} with Id ${id}.`;
  return new DataverseFailure(400, '0x80048408', message);
}

function userRef(id: string): Reference {
  return { table: 'systemuser', id };
}

function timestamp(): string {
  return `${new Date().toISOString().slice(0, 19)}Z`;
}
