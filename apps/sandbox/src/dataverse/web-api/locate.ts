import { badQuery, noSuchKey, noSuchRow, unknownSegment } from '../failure.js';
import { propertyOf, type Property } from '../property.js';
import type { Reader } from '../query/reader.js';
import { splitOutside } from '../query/split.js';
import type { Row } from '../row.js';
import type { Relation } from '../schema/relations.js';
import type { SingleNavigation } from '../schema/schema.js';
import { columnOf, type Table } from '../schema/table.js';
import { readKey, rowOfKey, type Key } from '../write/address.js';

/** What an address stands for. */
export type Place =
  | { kind: 'rows'; table: Table; parent?: { table: Table; row: Row; relation: Relation } }
  /** A row by its key, whether it is there or not. */
  | { kind: 'row'; table: Table; key: Key }
  | { kind: 'nothing'; table: Table }
  | { kind: 'property'; table: Table; row: Row; property: Property; raw: boolean }
  | { kind: 'count'; of: Extract<Place, { kind: 'rows' }> }
  | { kind: 'single reference'; table: Table; row: Row; name: string; navigation: SingleNavigation }
  | { kind: 'references'; table: Table; row: Row; relation: Relation; childId?: string };

/** @returns the segments of a path, decoded; what stands in parentheses or quotes is not split */
export function segmentsOf(path: string): string[] {
  return splitOutside(path, '/').map((segment) => {
    try {
      return decodeURIComponent(segment);
    } catch {
      throw badQuery('The URL is not well encoded.');
    }
  });
}

/** @throws DataverseFailure for an address that leads nowhere */
export function locate(reader: Reader, segments: readonly string[]): Place {
  const [first = '', ...rest] = segments;
  const { name, key } = parsed(first);
  const table = reader.schema.tableOfSet(name);
  if (!table) throw unknownSegment(name || first.slice(0, 100));
  let place: Place = key === undefined ? { kind: 'rows', table } : { kind: 'row', table, key: readKey(table, key) };
  for (const segment of rest) place = step(reader, place, segment);
  return place;
}

function step(reader: Reader, place: Place, segment: string): Place {
  switch (place.kind) {
    case 'rows':
      return fromRows(place, segment);
    case 'row':
      return fromRow(reader, place.table, requireRow(reader, place), segment);
    case 'property':
      if (segment === '$value' && !place.raw) return { ...place, raw: true };
      throw unknownSegment(segment.slice(0, 100));
    default:
      throw unknownSegment(segment.slice(0, 100));
  }
}

function fromRows(place: Extract<Place, { kind: 'rows' }>, segment: string): Place {
  if (segment === '$count') return { kind: 'count', of: place };
  if (segment === '$ref' && place.parent) return { kind: 'references', ...place.parent };
  throw unknownSegment(segment.slice(0, 100));
}

function fromRow(reader: Reader, table: Table, row: Row, segment: string): Place {
  const { name, key } = parsed(segment);
  const { single, collection } = reader.schema.navigations(table);
  const relation = collection.get(name);
  const child = relation && reader.schema.table(relation.referencing);
  if (child && key === undefined) return { kind: 'rows', table: child, parent: { table, row, relation } };
  if (child) return { kind: 'row', table: child, key: readKey(child, key ?? '') };
  const navigation = key === undefined ? single.get(name) : undefined;
  if (navigation) {
    const target = reader.target(table, row, navigation);
    return target
      ? { kind: 'row', table: target.table, key: { id: target.row.id } }
      : { kind: 'nothing', table: reader.schema.table(navigation.tables[0] ?? '') ?? table };
  }
  if (!columnOf(table, name.replace(/^_(\w+)_value$/, '$1'))) throw unknownSegment(segment.slice(0, 100));
  return { kind: 'property', table, row, property: propertyOf(table, name), raw: false };
}

/** `…/primarycontactid/$ref` and `…/Account_Tasks(<id>)/$ref` name a link, and not the row behind it. */
export function locateLink(reader: Reader, segments: readonly string[]): Place {
  const owner = locate(reader, segments.slice(0, -2));
  if (owner.kind !== 'row') throw unknownSegment('$ref');
  const { table } = owner;
  const row = requireRow(reader, owner);
  const { name, key } = parsed(segments.at(-2) ?? '');
  const { single, collection } = reader.schema.navigations(table);
  const navigation = single.get(name);
  if (navigation && key === undefined) return { kind: 'single reference', table, row, name, navigation };
  const relation = collection.get(name);
  const child = relation && reader.schema.table(relation.referencing);
  if (!child) throw unknownSegment(name);
  if (key === undefined) return { kind: 'references', table, row, relation };
  const childKey = readKey(child, key);
  const childId = 'id' in childKey ? childKey.id : rowOfKey(reader.rows, child, childKey)?.id;
  if (childId === undefined) throw noSuchKey(child.logicalName);
  return { kind: 'references', table, row, relation, childId };
}

/** The row that an address names, for somebody who may read it. @throws DataverseFailure */
export function requireRow(reader: Reader, { table, key }: Extract<Place, { kind: 'row' }>): Row {
  const row = rowOfKey(reader.rows, table, key);
  if (!row) throw 'id' in key ? noSuchRow(table.logicalName, key.id) : noSuchKey(table.logicalName);
  reader.requireReadable(table, row);
  return row;
}

function parsed(segment: string): { name: string; key: string | undefined } {
  const match = /^(\w+|\$ref|\$count|\$value)(?:\((.*)\))?$/s.exec(segment);
  if (!match) throw unknownSegment(segment.slice(0, 100));
  return { name: match[1] ?? '', key: match[2] };
}
