import { badQuery, unknownProperty } from '../failure.js';
import { propertiesOf, propertyOf, type Property } from '../property.js';
import type { Row } from '../row.js';
import type { Relation } from '../schema/relations.js';
import type { SingleNavigation } from '../schema/schema.js';
import type { Table } from '../schema/table.js';
import { narrowed } from './search.js';
import type { Expansion, QueryOptions } from './options.js';
import type { Reader } from './reader.js';

/** What `$select` and `$expand` make of a row. */
export interface Shape {
  table: Table;
  properties: readonly Property[];
  singles: readonly { name: string; navigation: SingleNavigation; reference: boolean; shape: Shape }[];
  collections: readonly Collection[];
  /** The part of the context URL in parentheses. */
  context: string;
}

export interface Collection {
  name: string;
  shape: Shape;
  rowsOf: (parent: Row) => Row[];
  /** Query of the link under which the rest is to be had. */
  query: string;
}

type Asked = Pick<QueryOptions, 'select' | 'expand'>;

/** @throws DataverseFailure for names that the table doesn't have */
export function shapeOf(reader: Reader, table: Table, { select, expand = [] }: Asked): Shape {
  const singles: Shape['singles'][number][] = [];
  const collections: Collection[] = [];
  const { single, collection } = reader.schema.navigations(table);
  for (const expansion of expand) {
    const navigation = single.get(expansion.property);
    const relation = collection.get(expansion.property);
    if (navigation) singles.push(singleOf(reader, expansion, navigation));
    else if (relation) collections.push(collectionOf(reader, expansion, relation));
    else throw unknownProperty(expansion.property, table.logicalName);
  }
  const inner = [
    ...singles.map(({ name, reference, shape }) => (reference ? `${name}/$ref()` : `${name}(${shape.context})`)),
    ...collections.map(({ name, shape }) => `${name}(${shape.context})`),
  ];
  return {
    table,
    properties: selected(table, select),
    singles,
    collections,
    context: [...(select ?? []), ...inner].join(','),
  };
}

function singleOf(reader: Reader, { property, reference, options }: Expansion, navigation: SingleNavigation) {
  const table = reader.schema.table(navigation.tables[0] ?? '');
  if (!table) throw unknownProperty(property, 'crmbaseentity');
  return { name: property, navigation, reference, shape: shapeOf(reader, table, options) };
}

function collectionOf(
  reader: Reader,
  { property, reference, options, written }: Expansion,
  relation: Relation,
): Collection {
  if (reference) throw badQuery('Expand with $ref is only supported on lookup type navigation property.');
  const table = reader.schema.table(relation.referencing);
  if (!table) throw unknownProperty(property, 'crmbaseentity');
  const shape = shapeOf(reader, table, options);
  const lookup = propertyOf(table, `_${relation.column}_value`);
  const properties = shape.properties.includes(lookup) ? shape.properties : [...shape.properties, lookup];
  return {
    name: property,
    shape: { ...shape, properties },
    query: written,
    rowsOf: (parent) =>
      narrowed(reader, table, reader.related(parent, relation), options).slice(0, options.top ?? 5000),
  };
}

/** The properties that `$select` names, and those that always come with them. */
export function selected(table: Table, names: readonly string[] | undefined): readonly Property[] {
  if (names === undefined) return propertiesOf(table);
  const all = [...names.map((name) => propertyOf(table, name)), propertyOf(table, table.primaryId)];
  const money = all.some(({ column }) => column.type === 'Money') && 'transactioncurrencyid' in table.columns;
  if (money) all.push(propertyOf(table, '_transactioncurrencyid_value'));
  return [...new Map(all.map((property) => [property.name, property])).values()];
}
