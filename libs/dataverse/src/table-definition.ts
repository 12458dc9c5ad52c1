import { z } from 'zod';
import { list, option, type Choice, type DateBehavior } from './metadata-form.js';

export interface Column {
  /** Dataverse's `AttributeType`, and `MultiSelectPicklist` where that only says `Virtual`. */
  type: string;
  options?: Choice[];
  dateBehavior?: DateBehavior;
}

export interface TableDefinition {
  logicalName: string;
  entitySetName: string;
  primaryIdAttribute: string;
  primaryNameAttribute?: string;
  optimisticConcurrency: boolean;
  columns: Record<string, Column>;
  /** By column: each table that it may point at, and the navigation property that binds to it. */
  lookups: Record<string, { target: string; navigation: string }[]>;
}

interface Detail {
  name: string;
  options?: Choice[];
  dateBehavior?: DateBehavior;
}

const optionSet = z.object({ Options: z.array(option) }).nullish();
/** A choice that several tables share stands in `GlobalOptionSet`, and `OptionSet` is null then. */
const choices = z
  .object({ LogicalName: z.string(), OptionSet: optionSet, GlobalOptionSet: optionSet })
  .transform(({ LogicalName, OptionSet, GlobalOptionSet }): Detail => ({
    name: LogicalName,
    options: (OptionSet ?? GlobalOptionSet)?.Options ?? [],
  }));
const yesNo = z
  .object({ LogicalName: z.string(), OptionSet: z.object({ TrueOption: option, FalseOption: option }).nullish() })
  .transform(({ LogicalName, OptionSet: set }): Detail => ({
    name: LogicalName,
    options: set ? [set.FalseOption, set.TrueOption] : [],
  }));
const dates = z
  .object({
    LogicalName: z.string(),
    DateTimeBehavior: z.object({ Value: z.enum(['UserLocal', 'DateOnly', 'TimeZoneIndependent']) }).nullish(),
  })
  .transform(({ LogicalName, DateTimeBehavior }): Detail => ({
    name: LogicalName,
    dateBehavior: DateTimeBehavior?.Value ?? 'UserLocal',
  }));

const cast = (kind: string, select: string, expand = ''): string =>
  `/Attributes/Microsoft.Dynamics.CRM.${kind}AttributeMetadata?$select=${select}${expand}`;
const withOptions = (kind: string): string => cast(kind, 'LogicalName', '&$expand=OptionSet,GlobalOptionSet');

/** Choices and dates need a request for each derived type: Dataverse shows only base properties otherwise. */
export const columnCasts = [
  { query: withOptions('Picklist'), form: list(choices) },
  { query: withOptions('MultiSelectPicklist'), form: list(choices) },
  { query: withOptions('State'), form: list(choices) },
  { query: withOptions('Status'), form: list(choices) },
  { query: withOptions('Boolean'), form: list(yesNo) },
  { query: cast('DateTime', 'LogicalName,DateTimeBehavior'), form: list(dates) },
];

const table = z.object({
  LogicalName: z.string(),
  EntitySetName: z.string().min(1),
  PrimaryIdAttribute: z.string().min(1),
  PrimaryNameAttribute: z.string().nullish(),
  IsOptimisticConcurrencyEnabled: z.boolean().nullish(),
});
const column = z.object({
  LogicalName: z.string(),
  AttributeType: z.string(),
  AttributeTypeName: z.object({ Value: z.string() }).nullish(),
});
const relation = z.object({
  ReferencingAttribute: z.string(),
  ReferencedEntity: z.string(),
  ReferencingEntityNavigationPropertyName: z.string().min(1),
});

/** The remaining requests: what to append to the table's address, and the form of its answer. */
export const metadataAnswers = {
  table: { query: `?$select=${Object.keys(table.shape).join(',')}`, form: table },
  columns: { query: `/Attributes?$select=${Object.keys(column.shape).join(',')}`, form: list(column) },
  relations: {
    query: `/ManyToOneRelationships?$select=${Object.keys(relation.shape).join(',')}`,
    form: list(relation),
  },
};

export function definitionOf(
  head: z.output<typeof table>,
  columns: z.output<typeof column>[],
  relations: z.output<typeof relation>[],
  details: Detail[],
): TableDefinition {
  const byColumn = new Map(details.map(({ name, ...rest }) => [name, rest]));
  const lookups = new Map<string, { target: string; navigation: string }[]>();
  for (const { ReferencingAttribute: name, ReferencedEntity: target, ...rest } of relations) {
    const known = lookups.get(name) ?? [];
    lookups.set(name, [...known, { target, navigation: rest.ReferencingEntityNavigationPropertyName }]);
  }
  return {
    logicalName: head.LogicalName,
    entitySetName: head.EntitySetName,
    primaryIdAttribute: head.PrimaryIdAttribute,
    ...(head.PrimaryNameAttribute ? { primaryNameAttribute: head.PrimaryNameAttribute } : {}),
    optimisticConcurrency: head.IsOptimisticConcurrencyEnabled ?? false,
    columns: Object.fromEntries(
      columns.map((c) => [c.LogicalName, { type: typeOf(c), ...byColumn.get(c.LogicalName) }]),
    ),
    lookups: Object.fromEntries(lookups),
  };
}

function typeOf({ AttributeType, AttributeTypeName }: z.output<typeof column>): string {
  return AttributeTypeName?.Value === 'MultiSelectPicklistType' ? 'MultiSelectPicklist' : AttributeType;
}
