import { stableId } from '../stable-id.js';
import type { Column, ColumnType, Option } from './schema/column.js';
import type { Table } from './schema/table.js';

type Json = Record<string, unknown>;

/** The table's own properties as `EntityMetadata` has them, without its collections. */
export function entityMetadata(table: Table): Json {
  return {
    MetadataId: stableId(`metadata/${table.logicalName}`),
    LogicalName: table.logicalName,
    SchemaName: table.schemaName,
    EntitySetName: table.entitySetName,
    LogicalCollectionName: table.entitySetName,
    CollectionSchemaName: `${table.schemaName}s`,
    PrimaryIdAttribute: table.primaryId,
    PrimaryNameAttribute: table.primaryName,
    DisplayName: label(table.displayName),
    DisplayCollectionName: label(table.displayCollectionName),
    Description: label(`${table.displayName} rows.`),
    ObjectTypeCode: table.objectTypeCode,
    OwnershipType: table.ownership,
    TableType: 'Standard',
    IsActivity: table.activity,
    IsActivityParty: table.hasActivities || table.logicalName === 'systemuser',
    IsCustomEntity: table.custom,
    IsIntersect: false,
    IsPrivate: false,
    IsLogicalEntity: false,
    IsChildEntity: false,
    IsImportable: true,
    IsOptimisticConcurrencyEnabled: true,
    IsBusinessProcessEnabled: false,
    IsManaged: !table.custom,
    HasNotes: table.hasNotes,
    HasActivities: table.hasActivities,
    HasFeedback: false,
    IsAvailableOffline: true,
    IsValidForAdvancedFind: table.writable,
    IsAuditEnabled: managed(true, 'canmodifyauditsettings'),
    IsCustomizable: managed(true, 'iscustomizable'),
    CanCreateAttributes: managed(true, 'cancreateattributes'),
    ChangeTrackingEnabled: true,
    DataProviderId: null,
    IntroducedVersion: '5.0.0.0',
  };
}

/** Type name, `AttributeTypeName` and name of the metadata class of each kind of column. */
const kinds: Record<ColumnType, { typeName: string; metadata: string }> = {
  Uniqueidentifier: { typeName: 'UniqueidentifierType', metadata: 'UniqueIdentifierAttributeMetadata' },
  String: { typeName: 'StringType', metadata: 'StringAttributeMetadata' },
  Memo: { typeName: 'MemoType', metadata: 'MemoAttributeMetadata' },
  Integer: { typeName: 'IntegerType', metadata: 'IntegerAttributeMetadata' },
  BigInt: { typeName: 'BigIntType', metadata: 'BigIntAttributeMetadata' },
  Decimal: { typeName: 'DecimalType', metadata: 'DecimalAttributeMetadata' },
  Double: { typeName: 'DoubleType', metadata: 'DoubleAttributeMetadata' },
  Money: { typeName: 'MoneyType', metadata: 'MoneyAttributeMetadata' },
  Boolean: { typeName: 'BooleanType', metadata: 'BooleanAttributeMetadata' },
  DateTime: { typeName: 'DateTimeType', metadata: 'DateTimeAttributeMetadata' },
  Picklist: { typeName: 'PicklistType', metadata: 'PicklistAttributeMetadata' },
  State: { typeName: 'StateType', metadata: 'StateAttributeMetadata' },
  Status: { typeName: 'StatusType', metadata: 'StatusAttributeMetadata' },
  Lookup: { typeName: 'LookupType', metadata: 'LookupAttributeMetadata' },
  Customer: { typeName: 'CustomerType', metadata: 'LookupAttributeMetadata' },
  Owner: { typeName: 'OwnerType', metadata: 'LookupAttributeMetadata' },
};

const empty: string[] = [];

/** Metadata classes that a request may cast to. */
export const castable: readonly string[] = [
  ...new Set([...Object.values(kinds).map(({ metadata }) => metadata), 'MultiSelectPicklistAttributeMetadata']),
];

/** What every column has, whatever its type. */
export function attributeMetadata(table: Table, name: string, column: Column): Json {
  const { typeName, metadata } = kinds[column.type];
  return {
    '@odata.type': `#Microsoft.Dynamics.CRM.${metadata}`,
    MetadataId: stableId(`metadata/${table.logicalName}/${name}`),
    LogicalName: name,
    SchemaName: name,
    EntityLogicalName: table.logicalName,
    AttributeType: column.type,
    AttributeTypeName: { Value: typeName },
    AttributeOf: null,
    DisplayName: label(column.label),
    Description: label(''),
    RequiredLevel: managed(column.required, 'canmodifyrequirementlevelsettings'),
    IsPrimaryId: name === table.primaryId,
    IsPrimaryName: name === table.primaryName,
    IsValidForCreate: column.create,
    IsValidForUpdate: column.update,
    IsValidForRead: true,
    IsValidForAdvancedFind: managed(true, 'canmodifysearchsettings'),
    IsCustomAttribute: table.custom && name.includes('_'),
    IsLogical: false,
    IsSecured: false,
    IsManaged: !table.custom,
    IsValidODataAttribute: true,
    IsCustomizable: managed(true, 'iscustomizable'),
    SourceType: 0,
    DeprecatedVersion: null,
    ColumnNumber: Object.keys(table.columns).indexOf(name) + 1,
  };
}

/** What only a column of its type has: a request sees it after a cast to the column's class. */
export function typedMetadata({ type, dateBehavior, targets, ...column }: Column): Json {
  switch (type) {
    case 'String':
      return { MaxLength: column.maxLength, Format: column.format, FormatName: { Value: column.format } };
    case 'Memo':
      return { MaxLength: column.maxLength, Format: column.format };
    case 'Integer':
      return { MinValue: column.min, MaxValue: column.max, Format: column.format };
    case 'Decimal':
    case 'Double':
    case 'Money':
      return { MinValue: column.min, MaxValue: column.max, Precision: column.precision };
    case 'DateTime':
      return { Format: column.format, DateTimeBehavior: { Value: dateBehavior } };
    case 'Boolean':
      return { DefaultValue: column.initial ?? false };
    case 'Picklist':
    case 'State':
    case 'Status':
      return { DefaultFormValue: column.initial ?? -1 };
    case 'Lookup':
    case 'Customer':
      return { Targets: targets?.map(({ table }) => table) ?? empty };
    case 'Owner':
      return { Targets: ['systemuser', 'team'] };
    case 'Uniqueidentifier':
    case 'BigInt':
      return {};
  }
}

/** The choices of a column, which a request gets with `$expand=OptionSet` after a cast. */
export function optionSet(table: Table, name: string, column: Column): Json | null {
  const options = column.options;
  if (!options) return null;
  const head = {
    MetadataId: stableId(`metadata/${table.logicalName}/${name}/options`),
    Name: `${table.logicalName}_${name}`,
    IsGlobal: false,
    IsCustomOptionSet: table.custom,
    OptionSetType: column.type === 'Boolean' ? 'Boolean' : column.type,
  };
  if (column.type !== 'Boolean') return { ...head, Options: options.map((option) => optionMetadata(column, option)) };
  const [off, on] = [0, 1].map((value) => options.find((option) => option.value === value));
  return { ...head, TrueOption: on && optionMetadata(column, on), FalseOption: off && optionMetadata(column, off) };
}

function optionMetadata({ type }: Column, { value, label: text, state }: Option): Json {
  return {
    ...(type === 'Status' ? { '@odata.type': '#Microsoft.Dynamics.CRM.StatusOptionMetadata', State: state } : {}),
    ...(type === 'State' ? { '@odata.type': '#Microsoft.Dynamics.CRM.StateOptionMetadata', InvariantName: text } : {}),
    Value: value,
    Label: label(text),
    Description: label(''),
    Color: null,
    IsManaged: true,
    ExternalValue: '',
  };
}

/** One entry a lookup's target. */
export function manyToOne(table: Table): Json[] {
  return Object.entries(table.columns).flatMap(([name, { targets = [] }]) =>
    targets.map(({ table: referenced, navigation }) => ({
      MetadataId: stableId(`metadata/${table.logicalName}/${name}/${navigation}`),
      SchemaName: `${referenced}_${table.logicalName}_${name}`,
      RelationshipType: 'OneToManyRelationship',
      ReferencedEntity: referenced,
      ReferencedAttribute: referencedKey(referenced),
      ReferencingEntity: table.logicalName,
      ReferencingAttribute: name,
      ReferencingEntityNavigationPropertyName: navigation,
      ReferencedEntityNavigationPropertyName: `${referenced}_${table.logicalName}_${name}`,
      IsCustomRelationship: table.custom,
    })),
  );
}

function referencedKey(table: string): string {
  return ['task', 'phonecall', 'appointment'].includes(table) ? 'activityid' : `${table}id`;
}

function label(text: string): Json {
  const localized = { Label: text, LanguageCode: 1033, IsManaged: true, MetadataId: null, HasChanged: null };
  return text === ''
    ? { LocalizedLabels: [], UserLocalizedLabel: null }
    : { LocalizedLabels: [localized], UserLocalizedLabel: localized };
}

function managed(value: unknown, property: string): Json {
  return { Value: value, CanBeChanged: true, ManagedPropertyLogicalName: property };
}
