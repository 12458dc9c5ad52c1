import { DataverseFailure } from '../failure.js';
import { isReference, type Reference, type Row, type Value, type Values } from '../row.js';
import { columnOf, type Table } from '../schema/table.js';
import { optionOf } from '../value.js';

/** Who writes, as the row will say. */
export interface Author {
  userId: string;
  businessUnitId: string;
  currencyId: string;
  /** The user who really sent the request, where it acts for another one. */
  onBehalfBy?: string;
}

type Draft = Record<string, Value>;

/** What a new row holds: defaults, owner and times are filled in as the server does. */
export function newValues(table: Table, id: string, given: Values, author: Author): Draft {
  const draft: Draft = { ...initialValues(table), ...given };
  settleStatus(table, draft, given, id);
  if (table.ownership === 'UserOwned') own(draft, author);
  if (table.activity) draft['activitytypecode'] = table.logicalName;
  const now = timestamp();
  Object.assign(draft, { createdon: now, createdby: userRef(author.userId) });
  if (author.onBehalfBy !== undefined) draft['createdonbehalfby'] = userRef(author.onBehalfBy);
  return finish(table, draft, given, author, now);
}

/** What a row holds after a change. */
export function changedValues(table: Table, row: Row, given: Values, author: Author): Draft {
  const draft: Draft = { ...row.values, ...given };
  settleStatus(table, draft, given, row.id);
  refuseClosedActivity(table, row, given);
  if (given['ownerid'] !== undefined) own(draft, author);
  return finish(table, draft, given, author, timestamp());
}

/** Columns that a caller can't set are left out without a word (a guess: the documentation is silent). */
export function writable(table: Table, values: Values, operation: 'create' | 'update'): Draft {
  return Object.fromEntries(Object.entries(values).filter(([name]) => columnOf(table, name)?.[operation]));
}

function finish(table: Table, draft: Draft, given: Values, author: Author, now: string): Draft {
  if (table.columns['fullname'] && table.columns['lastname'])
    draft['fullname'] = ['firstname', 'lastname']
      .map((name) => textOf(draft[name]))
      .join(' ')
      .trim();
  settleMoney(table, draft, given, author);
  settleFile(table, draft, given);
  Object.assign(draft, { modifiedon: now, modifiedby: userRef(author.userId) });
  if (author.onBehalfBy !== undefined) draft['modifiedonbehalfby'] = userRef(author.onBehalfBy);
  return draft;
}

const initial = new WeakMap<Table, Values>();

function initialValues(table: Table): Values {
  let found = initial.get(table);
  if (!found) {
    const given = Object.entries(table.columns).filter(([, column]) => column.initial !== undefined);
    initial.set(table, (found = Object.fromEntries(given.map(([name, column]) => [name, column.initial ?? null]))));
  }
  return found;
}

function own(draft: Draft, author: Author): void {
  const given = draft['ownerid'];
  const owner: Reference = isReference(given) ? given : userRef(author.userId);
  draft['ownerid'] = owner;
  draft['owninguser'] = owner.table === 'systemuser' ? owner : null;
  draft['owningteam'] = owner.table === 'team' ? owner : null;
  draft['owningbusinessunit'] = { table: 'businessunit', id: author.businessUnitId };
}

/** Money has a currency, and its amount in the organization's own currency beside it. */
function settleMoney(table: Table, draft: Draft, given: Values, author: Author): void {
  const amounts = Object.keys(given).filter((name) => columnOf(table, name)?.type === 'Money');
  if (amounts.length > 0 && !draft['transactioncurrencyid'])
    draft['transactioncurrencyid'] = { table: 'transactioncurrency', id: author.currencyId };
  if (!draft['transactioncurrencyid'] || table.columns['exchangerate']?.create !== false) return;
  draft['exchangerate'] ??= 1;
  const rate = Number(draft['exchangerate']);
  for (const name of amounts) {
    const amount = draft[name];
    draft[`${name}_base`] = typeof amount === 'number' ? Number((amount / rate).toFixed(2)) : null;
  }
}

/** A note's file comes as base64; its size is counted. */
function settleFile({ logicalName }: Table, draft: Draft, given: Values): void {
  const body = given['documentbody'];
  if (logicalName !== 'annotation' || body === undefined) return;
  const file = textOf(body);
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(file))
    // That this is the code is a guess.
    throw new DataverseFailure(400, '0x80040203', 'The document body is not valid base64.');
  draft['filesize'] = body === null ? null : Buffer.byteLength(file, 'base64');
}

/** State and status go in pairs: one that is given alone brings a fitting other, or is refused. */
function settleStatus(table: Table, draft: Draft, given: Values, id: string): void {
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
  const shown = isReference(state) ? state.id : String(state ?? null);
  const message = `${status} is not a valid status code for state code ${shown} on ${table.logicalName} with Id ${id}.`;
  return new DataverseFailure(400, '0x80048408', message);
}

/** A completed or cancelled activity is read-only until its state changes. The sentence is Microsoft's, the code a guess. */
function refuseClosedActivity(table: Table, row: Row, given: Values): void {
  const closed = row.values['statecode'] === 1 || row.values['statecode'] === 2;
  if (!table.activity || !closed || given['statecode'] !== undefined) return;
  throw new DataverseFailure(400, '0x80040203', 'Cannot update Closed or Cancelled Activity');
}

function textOf(value: Value | undefined): string {
  return typeof value === 'string' ? value : '';
}

function userRef(id: string): Reference {
  return { table: 'systemuser', id };
}

export function timestamp(): string {
  return `${new Date().toISOString().slice(0, 19)}Z`;
}
