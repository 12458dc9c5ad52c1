import { badPayload, badQuery, DataverseFailure, duplicateKey, noSuchKey, noSuchRow, wrongVerb } from '../failure.js';
import type { Property } from '../property.js';
import { readQuery } from '../query/options.js';
import { shapeOf } from '../query/shape.js';
import type { Row, Rows } from '../row.js';
import type { Table } from '../schema/table.js';
import { parseValue } from '../value.js';
import { rowOfKey, type Key } from '../write/address.js';
import { create, link, lockKey, remove, update, type Work } from '../write/operations.js';
import { boundRow, readPayload, type Draft } from '../write/payload.js';
import { replaceParties } from './activity-parties.js';
import { locate, locateLink, type Place } from './locate.js';
import { shown } from './read.js';
import {
  answer,
  parseBody,
  preferencesOf,
  readerOf,
  written,
  type WebApiAnswer,
  type WebApiRequest,
} from './request.js';

/** Answers a POST, PATCH, PUT or DELETE. @throws DataverseFailure */
export async function write(request: WebApiRequest, segments: readonly string[]): Promise<WebApiAnswer> {
  return written(request, async (work) => {
    const reader = readerOf(request, work.transaction);
    const isLink = segments.at(-1) === '$ref' && segments.length > 2;
    const place = isLink ? locateLink(reader, segments) : locate(reader, segments);
    return carryOut(request, work, place);
  });
}

function carryOut(request: WebApiRequest, work: Work, place: Place): Promise<WebApiAnswer> {
  const { method, path } = request;
  const refused = (): never => {
    throw wrongVerb(method, path);
  };
  switch (place.kind) {
    case 'rows':
      if (method === 'POST') return createAt(request, work, place);
      if (method === 'PUT' && place.parent) return replaceParties(request, work, place.parent);
      return refused();
    case 'row':
      if (method === 'PATCH') return upsert(request, work, place.table, place.key);
      if (method === 'DELETE') return deleteAt(request, work, place.table, place.key);
      return refused();
    case 'property':
      if (method === 'PUT' || method === 'DELETE') return setProperty(request, work, place);
      return refused();
    case 'single reference':
      if (method === 'PUT' || method === 'DELETE') return setReference(request, work, place);
      return refused();
    case 'references':
      if (method === 'POST' || method === 'DELETE') return changeReferences(request, work, place);
      return refused();
    case 'nothing':
    case 'count':
      return refused();
  }
}

async function createAt(
  request: WebApiRequest,
  work: Work,
  place: Extract<Place, { kind: 'rows' }>,
): Promise<WebApiAnswer> {
  const { table, parent } = place;
  if (table.logicalName === 'activityparty')
    // The code is a guess.
    throw new DataverseFailure(
      400,
      '0x80040800',
      "The 'Create' method does not support entities of type 'activityparty'.",
    );
  const draft = payload(request, work.transaction, table, true);
  if (parent) draft.values[parent.relation.column] = { table: parent.table.logicalName, id: parent.row.id };
  return responded(request, work, table, await create(work, draft), 201);
}

/** `PATCH`: changes the row, or makes it, as `If-Match` and `If-None-Match` allow. */
async function upsert(request: WebApiRequest, work: Work, table: Table, key: Key): Promise<WebApiAnswer> {
  const { headers } = request;
  const ifMatch = headers['if-match'];
  await ('id' in key ? work.transaction.lock(table.logicalName, key.id) : lockKey(work, table, key.columns));
  const row = rowOfKey(work.transaction, table, key);
  if (!row && ifMatch !== undefined) throw missing(table, key);
  if (row && headers['if-none-match'] === '*') throw duplicateKey();
  const draft = payload(request, work.transaction, table, !row);
  if (row) return responded(request, work, table, await update(work, draft, row.id, { ifMatch }), 200);
  // Values of the body win over those of the key.
  if ('id' in key) draft.id = key.id;
  else draft.values = { ...key.columns, ...draft.values };
  return responded(request, work, table, await create(work, draft), 201);
}

async function deleteAt(request: WebApiRequest, work: Work, table: Table, key: Key): Promise<WebApiAnswer> {
  const row = rowOfKey(work.transaction, table, key);
  if (!row) throw missing(table, key);
  await remove(work, table, row.id, { ifMatch: request.headers['if-match'] });
  return answer(204);
}

function missing(table: Table, key: Key): DataverseFailure {
  return 'id' in key ? noSuchRow(table.logicalName, key.id) : noSuchKey(table.logicalName);
}

async function setProperty(
  request: WebApiRequest,
  work: Work,
  { table, row, property }: Extract<Place, { kind: 'property' }>,
): Promise<WebApiAnswer> {
  const value =
    request.method === 'DELETE' ? null : parseValue(table, property.name, property.column, given(request, table));
  refuseLookup(table, property);
  const draft = draftOf(table, { [property.columnName]: value });
  await update(work, draft, row.id, { ifMatch: request.headers['if-match'] });
  return answer(204);
}

function refuseLookup(table: Table, { name, column }: Property): void {
  if (column.targets) throw badPayload(table.entitySetName, `'${name}' is set by its navigation property.`);
}

function given(request: WebApiRequest, table: Table): unknown {
  const body = parseBody(request, table);
  if (typeof body === 'object' && body !== null && 'value' in body) return body.value;
  throw badPayload(table.entitySetName, "An object with 'value' is expected.");
}

async function setReference(
  request: WebApiRequest,
  work: Work,
  { table, row, name, navigation }: Extract<Place, { kind: 'single reference' }>,
): Promise<WebApiAnswer> {
  const value =
    request.method === 'DELETE'
      ? null
      : boundRow(placeOf(request, work), table, navigation.tables, linkBody(request, table));
  await update(work, draftOf(table, { [navigation.column]: value }), row.id);
  return answer(204, undefined, { 'OData-EntityId': `${request.root}${table.entitySetName}(${row.id})/${name}` });
}

async function changeReferences(
  request: WebApiRequest,
  work: Work,
  { table, row, relation, childId }: Extract<Place, { kind: 'references' }>,
): Promise<WebApiAnswer> {
  const bound = (text: unknown): string => boundRow(placeOf(request, work), table, [relation.referencing], text).id;
  if (request.method === 'POST') {
    await link(work, relation, bound(linkBody(request, table)), row.id);
  } else {
    const named = new URLSearchParams(request.query).get('$id');
    if (childId === undefined && named === null)
      throw badQuery('Which link is to be removed has to be said by its $id.');
    await link(work, relation, childId ?? bound(named), null);
  }
  return answer(204);
}

function linkBody(request: WebApiRequest, table: Table): unknown {
  const body = parseBody(request, table);
  if (typeof body === 'object' && body !== null && '@odata.id' in body) return body['@odata.id'];
  throw badPayload(table.entitySetName, "An object with '@odata.id' is expected.");
}

function draftOf(table: Table, values: Draft['values']): Draft {
  return { table, values, before: [], after: [], linked: [] };
}

function placeOf({ organization, contentIds }: WebApiRequest, { transaction }: Work) {
  return { schema: organization.schema, rows: transaction, contentIds };
}

function payload(request: WebApiRequest, rows: Rows, table: Table, deep: boolean): Draft {
  const { organization, contentIds } = request;
  return readPayload({ schema: organization.schema, rows, deep, contentIds }, table, parseBody(request, table));
}

/** The answer to a write; made before it commits, so that nothing is refused any more once it has. */
function responded(request: WebApiRequest, work: Work, table: Table, row: Row, status: 200 | 201): WebApiAnswer {
  const reader = readerOf(request, work.transaction);
  if (preferencesOf(request).representation) return shown(request, reader, table, row, status);
  shapeOf(reader, table, readQuery(request.query));
  const address = `${request.root}${table.entitySetName}(${row.id})`;
  return answer(204, undefined, { 'OData-EntityId': address, ...(request.transaction ? { Location: address } : {}) });
}
