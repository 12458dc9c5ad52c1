import { stableId } from '../../stable-id.js';
import type { Column, ColumnType } from '../schema/column.js';
import type { Relation } from '../schema/relations.js';
import type { Schema } from '../schema/schema.js';
import type { Table } from '../schema/table.js';
import { label, managed, type Json } from './label.js';

const NAMESPACE = '#Microsoft.Dynamics.CRM.';

export function entityMetadataId({ logicalName }: Table): string {
  return stableId(`metadata/${logicalName}`);
}

export function attributeMetadataId({ logicalName }: Table, column: string): string {
  return stableId(`metadata/${logicalName}/${column}`);
}

export function relationMetadataId({ schemaName }: Relation): string {
  return stableId(`metadata/relation/${schemaName}`);
}

/** The table's own properties as `EntityMetadata` has them, without its collections. */
export function entityMetadata(table: Table): Json {
  return {
    MetadataId: entityMetadataId(table),
    HasChanged: null,
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
  MultiSelectPicklist: { typeName: 'MultiSelectPicklistType', metadata: 'MultiSelectPicklistAttributeMetadata' },
  EntityName: { typeName: 'EntityNameType', metadata: 'EntityNameAttributeMetadata' },
  Virtual: { typeName: 'VirtualType', metadata: 'AttributeMetadata' },
};

/** Metadata classes that a request may cast to. */
export const castable: readonly string[] = [
  ...new Set(Object.values(kinds).map(({ metadata }) => metadata)),
  'FileAttributeMetadata',
  'ImageAttributeMetadata',
  'ManagedPropertyAttributeMetadata',
];

/** What every column has, whatever its type. */
export function attributeMetadata(table: Table, name: string, column: Column, secured: boolean): Json {
  const { typeName, metadata } = kinds[column.type];
  return {
    '@odata.type': `${NAMESPACE}${metadata}`,
    MetadataId: attributeMetadataId(table, name),
    HasChanged: null,
    LogicalName: name,
    SchemaName: name,
    EntityLogicalName: table.logicalName,
    // Several choices have a type name of their own, and no type.
    AttributeType: column.type === 'MultiSelectPicklist' ? 'Virtual' : column.type,
    AttributeTypeName: { Value: typeName },
    AttributeOf: column.companionOf ?? null,
    DisplayName: label(column.label),
    Description: label(''),
    RequiredLevel: managed(column.required, 'canmodifyrequirementlevelsettings'),
    IsPrimaryId: name === table.primaryId,
    IsPrimaryName: name === table.primaryName,
    IsValidForCreate: column.create,
    IsValidForUpdate: column.update,
    IsValidForRead: true,
    IsValidForAdvancedFind: managed(true, 'canmodifysearchsettings'),
    IsCustomAttribute: isCustom(table, name, column),
    IsLogical: false,
    IsSecured: secured,
    CanBeSecuredForRead: column.companionOf === undefined,
    CanBeSecuredForCreate: column.create,
    CanBeSecuredForUpdate: column.update,
    IsManaged: !isCustom(table, name, column),
    IsValidODataAttribute: column.companionOf === undefined,
    IsCustomizable: managed(true, 'iscustomizable'),
    SourceType: 0,
    DeprecatedVersion: null,
    ColumnNumber: columnNumber(table, name),
  };
}

function isCustom(table: Table, name: string, column: Column): boolean {
  return column.custom ?? (table.custom && name.includes('_'));
}

const numbers = new WeakMap<Table, Map<string, number>>();

function columnNumber(table: Table, name: string): number {
  let found = numbers.get(table);
  if (!found) numbers.set(table, (found = new Map(Object.keys(table.columns).map((column, at) => [column, at + 1]))));
  return found.get(name) ?? 0;
}

/** A relation as both of its ends have it. An owner's are shown once, as those of `owner`. */
export function relationMetadata(schema: Schema, relation: Relation): Json {
  const { referenced, referencing, column } = relation;
  const owner = schema.table(referencing)?.columns[column]?.type === 'Owner';
  const target = owner ? 'owner' : referenced;
  const collection = owner ? `owner_${referencing}s` : relation.collection;
  return {
    '@odata.type': `${NAMESPACE}OneToManyRelationshipMetadata`,
    MetadataId: relationMetadataId(relation),
    HasChanged: null,
    SchemaName: collection,
    RelationshipType: 'OneToManyRelationship',
    ReferencedEntity: target,
    ReferencedAttribute: owner ? 'ownerid' : (schema.table(referenced)?.primaryId ?? `${referenced}id`),
    ReferencingEntity: referencing,
    ReferencingAttribute: column,
    ReferencingEntityNavigationPropertyName: relation.navigation,
    ReferencedEntityNavigationPropertyName: collection,
    IsCustomRelationship: relation.custom,
    IsManaged: !relation.custom,
    IsValidForAdvancedFind: true,
    IsCustomizable: managed(true, 'iscustomizable'),
    SecurityTypes: 'Append',
    IsHierarchical: false,
    CascadeConfiguration: {
      Assign: 'NoCascade',
      Delete: { cascade: 'Cascade', restrict: 'Restrict', keep: 'NoCascade', none: 'RemoveLink' }[
        relation.onDelete ?? 'none'
      ],
      Merge: 'NoCascade',
      Reparent: 'NoCascade',
      Share: 'NoCascade',
      Unshare: 'NoCascade',
    },
  };
}

/** Alternate keys. */
export function keyMetadata(table: Table): Json[] {
  return Object.entries(table.keys).map(([name, columns]) => ({
    MetadataId: stableId(`metadata/${table.logicalName}/key/${name}`),
    HasChanged: null,
    LogicalName: name,
    SchemaName: name,
    EntityLogicalName: table.logicalName,
    KeyAttributes: [...columns],
    DisplayName: label(name),
    EntityKeyIndexStatus: 'Active',
    IsManaged: false,
  }));
}
