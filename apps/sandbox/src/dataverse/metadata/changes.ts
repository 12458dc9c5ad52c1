import { z } from 'zod';
import { DataverseFailure, badQuery } from '../failure.js';
import type { Organization } from '../organization.js';
import type { Schema } from '../schema/schema.js';
import type { Table } from '../schema/table.js';
import { at } from './filter.js';
import type { Json } from './label.js';
import { attributeMetadata, entityMetadata, keyMetadata, relationMetadata } from './model.js';
import { optionSet, typedMetadata } from './typed.js';

const condition = z.object({
  PropertyName: z.string(),
  ConditionOperator: z.enum(['Equals', 'NotEquals', 'In', 'NotIn', 'GreaterThan', 'LessThan']),
  Value: z.object({ Type: z.string(), Value: z.string() }).nullish(),
});

interface Criteria {
  FilterOperator?: 'And' | 'Or' | null | undefined;
  Conditions?: z.output<typeof condition>[] | null | undefined;
  Filters?: Criteria[] | null | undefined;
}

const DEEPEST = 10;
/** Filters may hold filters; how deep is bounded, because what comes is somebody else's JSON. */
const criteria = (depth = 0): z.ZodType<Criteria> =>
  z.object({
    FilterOperator: z.enum(['And', 'Or']).nullish(),
    Conditions: z.array(condition).nullish(),
    Filters: depth < DEEPEST ? z.array(z.lazy(() => criteria(depth + 1))).nullish() : z.never().optional(),
  });

const properties = z.object({ AllProperties: z.boolean().nullish(), PropertyNames: z.array(z.string()).nullish() });
const subquery = z.object({ Criteria: criteria().nullish(), Properties: properties.nullish() });
const querySchema = subquery.extend({
  AttributeQuery: subquery.nullish(),
  RelationshipQuery: subquery.nullish(),
  KeyQuery: subquery.nullish(),
  LabelQuery: z.unknown().optional(),
});

type Query = z.output<typeof querySchema>;
type Subquery = z.output<typeof subquery>;

interface Asked {
  query: unknown;
  stamp: unknown;
  deleted: unknown;
}

/**
 * `RetrieveMetadataChanges`: definitions of every type in one answer, or only what changed since a stamp.
 * @throws DataverseFailure for a query in another form (400), and for a stamp that has expired (0x80044352)
 */
export function retrieveMetadataChanges(organization: Organization, { query, stamp, deleted }: Asked): Json {
  const { schema } = organization;
  const parsed = querySchema.safeParse(query ?? {});
  if (!parsed.success)
    throw badQuery(`The parameter 'Query' has a mistake at ${parsed.error.issues[0]?.path.join('.') ?? ''}.`);
  const since = typeof stamp === 'string' && stamp !== '' ? readStamp(schema, stamp) : undefined;
  const tables = schema.tables.filter((table) => since === undefined || schema.changedSince(table, since));
  const found = tables.map((table) => [table, entityMetadata(table)] as const);
  const test = testOf(parsed.data.Criteria ?? {});
  return {
    ServerVersionStamp: writeStamp(schema),
    DeletedMetadata: since !== undefined && typeof deleted === 'string' ? deletedSince(schema, since, deleted) : null,
    EntityMetadata: found
      .filter(([, entity]) => test(entity))
      .map(([table, entity]) =>
        withParts(organization, parsed.data, table, { ...entity, HasChanged: since !== undefined }),
      ),
  };
}

/** The form is that of the samples; what it means is the server's own business. */
function writeStamp({ version }: Schema): string {
  return `${version}!01/05/2026 08:00:00`;
}

function readStamp(schema: Schema, text: string): number {
  const version = Number(/^(\d+)!/.exec(text)?.[1] ?? Number.NaN);
  if (!Number.isInteger(version)) throw badQuery("The parameter 'ClientVersionStamp' is no stamp.");
  if (version >= schema.oldestStamp) return version;
  // The documentation has code and sentence; that it comes with 400 is a guess.
  throw new DataverseFailure(
    400,
    '0x80044352',
    'Version stamp associated with the client has expired. Please perform a full sync.',
  );
}

const deletedKinds = ['Entity', 'Attribute', 'Relationship'] as const;

function deletedSince(schema: Schema, since: number, wanted: string): Json {
  const removed = schema.removedSince(since);
  const asked = wanted.split(/[,|\s]+/);
  const kinds = deletedKinds.filter(
    (kind) => asked.includes('All') || asked.includes('Default') || asked.includes(kind),
  );
  const groups = kinds
    .map((kind) => ({ kind, ids: removed.filter((one) => one.kind === kind).map(({ metadataId }) => metadataId) }))
    .filter(({ ids }) => ids.length > 0);
  return {
    Count: groups.length,
    IsReadOnly: false,
    Keys: groups.map(({ kind }) => kind),
    Values: groups.map(({ ids }) => ({ Count: ids.length, IsReadOnly: false, Items: ids })),
  };
}

function withParts(organization: Organization, query: Query, table: Table, entity: Json): Json {
  const { AttributeQuery, RelationshipQuery, KeyQuery, Properties } = query;
  const wants = (part: string): boolean =>
    Properties?.AllProperties === true || (Properties?.PropertyNames?.includes(part) ?? false);
  const parts: [string, () => Json[], Subquery | null | undefined][] = [
    ['Attributes', () => attributes(organization, table), AttributeQuery],
    ['ManyToOneRelationships', () => relations(organization, table, 'referencing'), RelationshipQuery],
    ['OneToManyRelationships', () => relations(organization, table, 'referenced'), RelationshipQuery],
    ['ManyToManyRelationships', () => [], RelationshipQuery],
    ['Keys', () => keyMetadata(table), KeyQuery],
  ];
  const asked = parts.filter(([name]) => wants(name)).map(([name, all, inner]) => [name, narrowed(all(), inner)]);
  return { ...picked(entity, Properties), ...Object.fromEntries(asked) } as Json;
}

/** Each column with everything that its type has. */
function attributes({ security }: Organization, table: Table): Json[] {
  return Object.entries(table.columns).map(([name, column]) => {
    const choices = optionSet(table, name, column);
    return {
      ...attributeMetadata(table, name, column, security.isSecured(table.logicalName, name)),
      ...typedMetadata(column),
      ...(choices ? { OptionSet: choices } : {}),
    };
  });
}

function relations({ schema }: Organization, table: Table, end: 'referencing' | 'referenced'): Json[] {
  return schema
    .relations()
    .filter((relation) => relation[end] === table.logicalName)
    .map((relation) => relationMetadata(schema, relation));
}

function narrowed(items: Json[], query: Subquery | null | undefined): Json[] {
  return items.filter(testOf(query?.Criteria ?? {})).map((item) => picked(item, query?.Properties));
}

function picked(item: Json, wanted: z.output<typeof properties> | null | undefined): Json {
  if (wanted?.AllProperties !== false && !wanted?.PropertyNames) return item;
  const names = [
    '@odata.type',
    'MetadataId',
    'LogicalName',
    'SchemaName',
    'HasChanged',
    ...(wanted.PropertyNames ?? []),
  ];
  return Object.fromEntries(Object.entries(item).filter(([name]) => names.includes(name)));
}

function testOf({ FilterOperator, Conditions, Filters }: Criteria): (item: Json) => boolean {
  const tests = [...(Conditions ?? []).map(conditionTest), ...(Filters ?? []).map(testOf)];
  return FilterOperator === 'Or' && tests.length > 0
    ? (item) => tests.some((test) => test(item))
    : (item) => tests.every((test) => test(item));
}

/** Values come as text with the name of a .NET type: `System.Boolean`, "True". */
function conditionTest({
  PropertyName,
  ConditionOperator,
  Value,
}: z.output<typeof condition>): (item: Json) => boolean {
  const wanted = typedValue(Value);
  const list = Array.isArray(wanted) ? wanted : [wanted];
  const read = (item: Json): unknown => {
    const found = at(item, [PropertyName]);
    const managed = typeof found === 'object' && found !== null && 'Value' in found ? found.Value : found;
    return typeof managed === 'string' ? managed.toLowerCase() : managed;
  };
  const tests: Record<typeof ConditionOperator, (found: unknown) => boolean> = {
    Equals: (found) => found === list[0],
    NotEquals: (found) => found !== list[0],
    In: (found) => list.includes(found),
    NotIn: (found) => !list.includes(found),
    GreaterThan: (found) => Number(found) > Number(list[0]),
    LessThan: (found) => Number(found) < Number(list[0]),
  };
  return (item) => tests[ConditionOperator](read(item));
}

function typedValue(value: z.output<typeof condition>['Value']): unknown {
  if (!value) return null;
  const text = value.Value;
  if (/\[\]$|List/.test(value.Type))
    return text
      .replace(/^\[|\]$/g, '')
      .split(',')
      .map((one) =>
        one
          .trim()
          .replace(/^["']|["']$/g, '')
          .toLowerCase(),
      );
  if (value.Type === 'System.Boolean') return text.toLowerCase() === 'true';
  if (/^System\.(Int|Double|Decimal)/.test(value.Type)) return Number(text);
  return text.toLowerCase();
}
