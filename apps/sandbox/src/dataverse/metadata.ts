import { isGuid } from '../stable-id.js';
import { badQuery, DataverseFailure, unknownProperty, unknownSegment } from './failure.js';
import type { Condition } from './filter.js';
import { attributeMetadata, castable, entityMetadata, manyToOne, optionSet, typedMetadata } from './metadata-model.js';
import type { Expansion, QueryOptions } from './query-options.js';
import { tables, tableByName } from './schema/index.js';
import type { Table } from './schema/table.js';

type Json = Record<string, unknown>;

const NAMESPACE = 'Microsoft.Dynamics.CRM.';

/**
 * Answers what stands after `/api/data/v9.2/EntityDefinitions`.
 * @param rest what follows in the path, decoded, e.g. `(LogicalName='task')/Attributes`
 * @throws DataverseFailure for what the model doesn't have
 */
export function readMetadata(rest: string, options: QueryOptions): Json {
  if (rest === '') return { value: filtered(tables.map(entityMetadata), options.filter).map(pickEntity(options)) };
  const match = /^\(([^()]*)\)(?:\/(\w+)(?:\(LogicalName='(\w+)'\))?)?(?:\/([\w.]+))?$/.exec(rest);
  if (!match) throw unknownSegment(`EntityDefinitions${rest}`);
  const [, key = '', collection, member, cast] = match;
  const table = findTable(key);
  if (collection === undefined) return pickEntity(options)(entityMetadata(table));
  if (member === undefined) return { value: itemsOf(table, collection, cast, options) };
  const [item] = itemsOf(table, collection, cast, { ...options, filter: [named(member)] });
  if (!item) throw missing(`Could not find an attribute with name '${member}'.`);
  return item;
}

function named(name: string): Condition {
  return { path: 'LogicalName', operator: 'eq', literal: { kind: 'string', value: name } };
}

function findTable(key: string): Table {
  const name = /^LogicalName='(\w*)'$/.exec(key)?.[1];
  const table =
    name === undefined ? tables.find((candidate) => isGuid(key) && idOf(candidate) === key) : tableByName(name);
  if (table) return table;
  throw missing(`The entity with a name = '${name ?? key}' was not found in the MetadataCache.`);
}

function idOf(table: Table): unknown {
  return entityMetadata(table)['MetadataId'];
}

function missing(message: string): DataverseFailure {
  return new DataverseFailure(404, '0x80040217', message);
}

function pickEntity(options: QueryOptions): (entity: Json) => Json {
  return (entity) => {
    const table = tableByName(String(entity['LogicalName']));
    const expanded = (options.expand ?? []).map(({ property, options: inner }): [string, unknown] => [
      property,
      table ? itemsOf(table, property, undefined, inner) : [],
    ]);
    return { ...pick(entity, options, 'EntityMetadata'), ...Object.fromEntries(expanded) };
  };
}

function itemsOf(table: Table, collection: string, cast: string | undefined, options: QueryOptions): Json[] {
  if (collection === 'Attributes') return attributesOf(table, cast, options);
  if (collection === 'ManyToOneRelationships' && cast === undefined)
    return filtered(manyToOne(table), options.filter).map((item) =>
      pick(item, options, 'OneToManyRelationshipMetadata'),
    );
  if (collection === 'Keys' && cast === undefined) return [];
  throw unknownProperty(collection, 'EntityMetadata');
}

function attributesOf(table: Table, cast: string | undefined, options: QueryOptions): Json[] {
  const metadata = cast === undefined ? undefined : castName(cast);
  const columns = Object.entries(table.columns);
  const all = columns.map(([name, column]) => ({ name, column, base: attributeMetadata(table, name, column) }));
  const fitting = all.filter(({ base }) => !metadata || base['@odata.type'] === `#${NAMESPACE}${metadata}`);
  const kept = new Set(
    filtered(
      fitting.map(({ base }) => base),
      options.filter,
    ),
  );
  return fitting
    .filter(({ base }) => kept.has(base))
    .map(({ name, column, base }) => {
      if (!metadata) return pick(base, options, 'AttributeMetadata');
      const picked = pick({ ...base, ...typedMetadata(column) }, options, metadata);
      return { ...picked, ...expansions(options.expand ?? [], optionSet(table, name, column), metadata) };
    });
}

function castName(cast: string): string {
  const name = cast.startsWith(NAMESPACE) ? cast.slice(NAMESPACE.length) : cast;
  if (!cast.startsWith(NAMESPACE) || !castable.includes(name)) throw unknownSegment(cast);
  return name;
}

function expansions(expand: Expansion[], options: Json | null, metadata: string): Json {
  return Object.fromEntries(
    expand.map(({ property, options: inner }): [string, unknown] => {
      if (property === 'GlobalOptionSet') return [property, null];
      if (property !== 'OptionSet') throw unknownProperty(property, metadata);
      return [property, options && pick(options, inner, 'OptionSetMetadata')];
    }),
  );
}

/** `MetadataId` and the type come along with whatever is selected. */
function pick(item: Json, { select }: QueryOptions, type: string): Json {
  if (!select) return item;
  const unknown = select.find((name) => !Object.hasOwn(item, name));
  if (unknown !== undefined) throw unknownProperty(unknown, type);
  const always = ['@odata.type', 'MetadataId'].filter((name) => Object.hasOwn(item, name));
  return Object.fromEntries([...always, ...select].map((name) => [name, item[name]]));
}

function filtered(items: Json[], conditions: Condition[] = []): Json[] {
  return items.filter((item) =>
    conditions.every(({ path, operator, literal }) => (at(item, path) === literal.value) === (operator === 'eq')),
  );
}

function at(item: Json, path: string): unknown {
  return path.split('/').reduce<unknown>((value, name) => {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name))
      throw badQuery(`Could not find a property named '${name}' on the metadata type.`);
    return (value as Json)[name];
  }, item);
}
