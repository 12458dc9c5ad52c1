import { isGuid } from '../../stable-id.js';
import { badQuery, noSuchKey, noSuchRow, unknownProperty } from '../failure.js';
import { tokenize } from '../query/tokens.js';
import type { Reference, Row, Rows } from '../row.js';
import type { Schema } from '../schema/schema.js';
import { columnOf, type Table } from '../schema/table.js';

/** Addresses of rows that earlier parts of a change set made, by `$<Content-ID>`. */
export type ContentIds = ReadonlyMap<string, string>;

/**
 * Reads `contacts(<id>)`, with or without what stands before it, an alternate key, or `$1`.
 * @returns undefined for what is no address of a row
 * @throws DataverseFailure for a row that isn't there
 */
export function referenceOf(schema: Schema, rows: Rows, text: unknown, contentIds?: ContentIds): Reference | undefined {
  if (typeof text !== 'string') return undefined;
  const address = text.startsWith('$') ? knownContent(text, contentIds) : text;
  const [, set = '', key = ''] = /(?:^|\/)(\w+)\(([^()]+)\)$/.exec(address) ?? [];
  const table = schema.tableOfSet(set);
  if (!table) return undefined;
  const id = isGuid(key) ? key.toLowerCase() : idByKey(rows, table, key);
  if (id === undefined) throw noSuchKey(table.logicalName);
  if (!rows.find(table.logicalName, id)) throw noSuchRow(table.logicalName, id);
  return { table: table.logicalName, id };
}

function knownContent(text: string, contentIds: ContentIds | undefined): string {
  const address = contentIds?.get(text);
  if (address !== undefined) return address;
  throw badQuery(`Content-ID Reference: '${text.slice(0, 40)}' does not exist in the batch context.`);
}

/** What stands in the parentheses of an address: an id, or the values of an alternate key. */
export type Key = { id: string } | { columns: Record<string, string | number | boolean | null> };

/** @throws DataverseFailure for what is neither */
export function readKey(table: Table, text: string): Key {
  const single = new RegExp(`^${table.primaryId}=([0-9a-f-]{36})$`, 'i').exec(text)?.[1] ?? text;
  if (isGuid(single)) return { id: single.toLowerCase() };
  const tokens = tokenize(text);
  const columns: Record<string, string | number | boolean | null> = {};
  for (let at = 0; at < tokens.length; at += 4) {
    const [name, equals, value, comma] = tokens.slice(at, at + 4);
    if (name?.kind !== 'name' || equals?.text !== '=' || value?.kind !== 'literal' || (comma && comma.text !== ','))
      throw badQuery(`'${text.slice(0, 100)}' is neither a GUID nor a key of the table '${table.logicalName}'.`);
    if (!columnOf(table, name.text)) throw unknownProperty(name.text, table.logicalName);
    columns[name.text] = value.literal.value;
  }
  const names = Object.keys(columns).sort().join();
  if (!Object.values(table.keys).some((key) => [...key].sort().join() === names))
    throw badQuery(`The specified key properties aren't valid for this table '${table.logicalName}'.`);
  return { columns };
}

export function rowOfKey(rows: Rows, table: Table, key: Key): Row | undefined {
  if ('id' in key) return rows.find(table.logicalName, key.id);
  const wanted = Object.entries(key.columns).map(([name, value]) => [name, folded(value)] as const);
  for (const row of rows.all(table.logicalName))
    if (wanted.every(([name, value]) => folded(row.values[name]) === value)) return row;
  return undefined;
}

function idByKey(rows: Rows, table: Table, text: string): string | undefined {
  return rowOfKey(rows, table, readKey(table, text))?.id;
}

function folded(value: unknown): unknown {
  return typeof value === 'string' ? value.toLowerCase() : (value ?? null);
}
