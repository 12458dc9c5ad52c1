import { isGuid } from '../../stable-id.js';
import { badQuery, DataverseFailure, unknownProperty, unknownSegment } from '../failure.js';
import type { Organization } from '../organization.js';
import type { Expansion, QueryOptions } from '../query/options.js';
import type { Table } from '../schema/table.js';
import { jsonTest } from './filter.js';
import type { Json } from './label.js';
import {
  attributeMetadata,
  castable,
  entityMetadata,
  entityMetadataId,
  keyMetadata,
  relationMetadata,
} from './model.js';
import { optionSet, typedMetadata } from './typed.js';

const NAMESPACE = 'Microsoft.Dynamics.CRM.';

type Asked = Pick<QueryOptions, 'select' | 'filter' | 'expand'>;

/**
 * Answers what stands under `EntityDefinitions`, `RelationshipDefinitions` and `GlobalOptionSetDefinitions`.
 * @param segments of the path, decoded
 * @throws DataverseFailure for what the model doesn't have
 */
export function readMetadata(
  organization: Organization,
  root: string,
  segments: readonly string[],
  options: Asked,
): Json {
  const [first = '', ...rest] = segments;
  const [, collection = '', key] = /^(\w+)(?:\((.*)\))?$/s.exec(first) ?? [];
  const context = { '@odata.context': `${root}$metadata#${collection}` };
  const found = topLevel(organization, collection, key, rest, options);
  return Array.isArray(found) ? { ...context, value: found } : { ...context, ...found };
}

function topLevel(
  organization: Organization,
  collection: string,
  key: string | undefined,
  rest: readonly string[],
  options: Asked,
): Json | Json[] {
  if (collection === 'RelationshipDefinitions') return relationships(organization, key, rest, options);
  if (collection === 'GlobalOptionSetDefinitions') return globalChoices(organization, key, rest, options);
  const { schema } = organization;
  if (key === undefined) {
    if (rest.length > 0) throw unknownSegment(rest.join('/').slice(0, 100));
    const all = schema.tables.map((table) => [table, entityMetadata(table)] as const);
    const test = jsonTest(options.filter);
    return all
      .filter(([, entity]) => test(entity))
      .map(([table, entity]) => pickEntity(organization, table, entity, options));
  }
  const table = findTable(organization, key);
  const [member = '', cast, ...more] = rest;
  if (rest.length === 0) return pickEntity(organization, table, entityMetadata(table), options);
  return members(organization, table, member, { cast, more }, options);
}

function findTable({ schema }: Organization, key: string): Table {
  const name = /^LogicalName='(\w*)'$/.exec(key)?.[1];
  const id = key.replace(/^MetadataId=/, '').toLowerCase();
  const table =
    name === undefined
      ? schema.tables.find((candidate) => isGuid(id) && entityMetadataId(candidate) === id)
      : schema.table(name);
  if (table) return table;
  throw missing(`The entity with a name = '${name ?? key.slice(0, 100)}' was not found in the MetadataCache.`);
}

function missing(message: string): DataverseFailure {
  return new DataverseFailure(404, '0x80040217', message);
}

function pickEntity(organization: Organization, table: Table, entity: Json, options: Asked): Json {
  const expanded = (options.expand ?? []).map(({ property, options: inner }): [string, unknown] => [
    property,
    itemsOf(organization, table, property, undefined, inner),
  ]);
  return { ...pick(entity, options, 'EntityMetadata'), ...Object.fromEntries(expanded) };
}

interface Under {
  cast?: string | undefined;
  more: readonly string[];
}

/** `Attributes`, one of them by its key, its choices; or another collection of a table. */
function members(
  organization: Organization,
  table: Table,
  member: string,
  { cast, more }: Under,
  options: Asked,
): Json | Json[] {
  const [, collection = '', key] = /^(\w+)(?:\((.*)\))?$/s.exec(member) ?? [];
  const chosen = cast?.includes('.') ? cast : undefined;
  const beyond = [...(chosen === undefined && cast !== undefined ? [cast] : []), ...more];
  if (key === undefined) {
    if (beyond.length > 0) throw unknownSegment(beyond.join('/').slice(0, 100));
    return itemsOf(organization, table, collection, chosen, options);
  }
  const all = itemsOf(organization, table, collection, chosen, beyond.length > 0 ? expanding(beyond) : keyed(options));
  const item = all.find((one) => hasKey(one, key));
  if (!item) throw missing(`Could not find an attribute with specified name: ${key.slice(0, 100)}.`);
  if (beyond.length > 0) return choicesOf(item, beyond);
  const expanded = (options.expand ?? []).map(({ property }): [string, unknown] => [property, item[property]]);
  return { ...pick(item, options, collection), ...Object.fromEntries(expanded) };
}

function keyed(options: Asked): Asked {
  return options.expand ? { expand: options.expand } : {};
}

function expanding([property = '']: readonly string[]): Asked {
  const options = { count: false, aliases: new Map<string, string>() };
  return { expand: [{ property, reference: false, options, written: '' }] };
}

function choicesOf(item: Json, [property = '', ...rest]: readonly string[]): Json {
  const found = item[property];
  if (rest.length > 0 || typeof found !== 'object' || found === null) throw unknownSegment(property.slice(0, 100));
  return found as Json;
}

function hasKey(item: Json, key: string): boolean {
  const named = /^(LogicalName|SchemaName|Name)='(\w+)'$/.exec(key);
  if (named) return item[named[1] ?? ''] === named[2];
  return item['MetadataId'] === key.replace(/^MetadataId=/, '').toLowerCase();
}

function itemsOf(
  organization: Organization,
  table: Table,
  collection: string,
  cast: string | undefined,
  options: Asked,
): Json[] {
  if (collection === 'Attributes') return attributesOf(organization, table, cast, options);
  const found = cast === undefined ? plainItems(organization, table, collection) : undefined;
  if (!found) throw unknownProperty(collection.slice(0, 100), 'EntityMetadata');
  return found.filter(jsonTest(options.filter)).map((item) => pick(item, options, collection));
}

function plainItems({ schema }: Organization, { logicalName }: Table, collection: string): Json[] | undefined {
  const table = schema.table(logicalName);
  const relations = schema.relations();
  const shown = (all: typeof relations): Json[] => {
    const items = all.map((relation) => relationMetadata(schema, relation));
    return [...new Map(items.map((item) => [item['SchemaName'], item])).values()];
  };
  switch (collection) {
    case 'ManyToOneRelationships':
      return shown(relations.filter(({ referencing }) => referencing === logicalName));
    case 'OneToManyRelationships':
      return shown(relations.filter(({ referenced }) => referenced === logicalName));
    case 'ManyToManyRelationships':
      return [];
    case 'Keys':
      return table ? keyMetadata(table) : [];
    default:
      return undefined;
  }
}

function attributesOf({ security }: Organization, table: Table, cast: string | undefined, options: Asked): Json[] {
  const metadata = cast === undefined ? undefined : castName(cast);
  const test = jsonTest(options.filter);
  const found: Json[] = [];
  for (const [name, column] of Object.entries(table.columns)) {
    const base = attributeMetadata(table, name, column, security.isSecured(table.logicalName, name));
    if (metadata && base['@odata.type'] !== `#${NAMESPACE}${metadata}`) continue;
    const whole = metadata ? { ...base, ...typedMetadata(column) } : base;
    if (!test(whole)) continue;
    const expand = metadata || options.select === undefined ? (options.expand ?? []) : [];
    found.push({
      ...pick(whole, options, metadata ?? 'AttributeMetadata'),
      ...expansions(expand, optionSet(table, name, column), metadata ?? 'AttributeMetadata'),
    });
  }
  return found;
}

function castName(cast: string): string {
  const name = cast.startsWith(NAMESPACE) ? cast.slice(NAMESPACE.length) : cast;
  if (!cast.startsWith(NAMESPACE) || !castable.includes(name)) throw unknownSegment(cast.slice(0, 100));
  return name;
}

/** Choices of the table's own stand in `OptionSet`, shared ones in `GlobalOptionSet`; the other of the two is null. */
function expansions(expand: readonly Expansion[], choices: Json | null, metadata: string): Json {
  return Object.fromEntries(
    expand.map(({ property, options: inner }): [string, unknown] => {
      if (property !== 'OptionSet' && property !== 'GlobalOptionSet') throw unknownProperty(property, metadata);
      const fits = choices !== null && choices['IsGlobal'] === (property === 'GlobalOptionSet');
      return [property, fits ? pick(choices, inner, 'OptionSetMetadata') : null];
    }),
  );
}

/** `MetadataId` and the type come along with whatever is selected. */
function pick(item: Json, { select }: Asked, type: string): Json {
  if (!select) return item;
  const unknown = select.find((name) => !Object.hasOwn(item, name));
  if (unknown !== undefined) throw unknownProperty(unknown, type);
  const always = ['@odata.type', 'MetadataId'].filter((name) => Object.hasOwn(item, name));
  return Object.fromEntries([...always, ...select].map((name) => [name, item[name]]));
}

function relationships(
  { schema }: Organization,
  key: string | undefined,
  rest: readonly string[],
  options: Asked,
): Json | Json[] {
  const [cast, ...more] = rest;
  const casts = ['OneToManyRelationshipMetadata', 'ManyToManyRelationshipMetadata'].map((name) => NAMESPACE + name);
  if (more.length > 0 || (cast !== undefined && !casts.includes(cast)))
    throw unknownSegment(rest.join('/').slice(0, 100));
  const all = cast === casts[1] ? [] : schema.relations().map((relation) => relationMetadata(schema, relation));
  return selectedFrom(
    [...new Map(all.map((item) => [item['SchemaName'], item])).values()],
    key,
    options,
    'RelationshipMetadataBase',
  );
}

function globalChoices(
  { schema }: Organization,
  key: string | undefined,
  rest: readonly string[],
  options: Asked,
): Json | Json[] {
  if (rest.length > 1 || (rest[0] !== undefined && rest[0] !== `${NAMESPACE}OptionSetMetadata`))
    throw unknownSegment(rest.join('/').slice(0, 100));
  const found = new Map<string, Json>();
  for (const table of schema.tables)
    for (const [name, column] of Object.entries(table.columns)) {
      const choices = column.globalChoice === undefined ? null : optionSet(table, name, column);
      if (choices) found.set(String(choices['Name']), { '@odata.type': `#${NAMESPACE}OptionSetMetadata`, ...choices });
    }
  return selectedFrom([...found.values()], key, options, 'OptionSetMetadataBase');
}

function selectedFrom(all: readonly Json[], key: string | undefined, options: Asked, type: string): Json | Json[] {
  if (options.expand) throw badQuery(`$expand is not served for ${type}.`);
  if (key === undefined) return all.filter(jsonTest(options.filter)).map((item) => pick(item, options, type));
  const item = all.find((one) => hasKey(one, key));
  if (!item) throw missing(`Could not find '${key.slice(0, 100)}' in the MetadataCache.`);
  return pick(item, options, type);
}
