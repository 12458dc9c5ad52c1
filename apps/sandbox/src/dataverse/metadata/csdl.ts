import { propertiesOf } from '../property.js';
import type { Schema } from '../schema/schema.js';
import type { Table } from '../schema/table.js';
import { edmTypes } from '../value.js';

const NAMESPACE = 'Microsoft.Dynamics.CRM';

/** The model as CSDL, in the form of the real `$metadata`: `mscrm`, an abstract base type, constraints and partners. */
export function csdl(schema: Schema): string {
  const types = schema.tables.map((table) => entityType(schema, table)).join('\n');
  const sets = schema.tables.map((table) => entitySet(schema, table)).join('\n');
  return `<?xml version="1.0" encoding="utf-8"?>
<edmx:Edmx Version="4.0" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx">
  <edmx:Reference Uri="http://vocabularies.odata.org/OData.Community.Keys.V1.xml">
    <edmx:Include Namespace="OData.Community.Keys.V1" Alias="Keys" />
  </edmx:Reference>
  <edmx:DataServices>
    <Schema Namespace="${NAMESPACE}" Alias="mscrm" xmlns="http://docs.oasis-open.org/odata/ns/edm">
      <EntityType Name="crmbaseentity" Abstract="true" />
      <EntityType Name="principal" BaseType="mscrm.crmbaseentity">
        <Key>
          <PropertyRef Name="ownerid" />
        </Key>
        <Property Name="ownerid" Type="Edm.Guid" />
      </EntityType>
${types}
      <ComplexType Name="WhoAmIResponse">
        <Property Name="BusinessUnitId" Type="Edm.Guid" Nullable="false" />
        <Property Name="UserId" Type="Edm.Guid" Nullable="false" />
        <Property Name="OrganizationId" Type="Edm.Guid" Nullable="false" />
      </ComplexType>
      <Function Name="WhoAmI">
        <ReturnType Type="mscrm.WhoAmIResponse" Nullable="false" />
      </Function>
      <EntityContainer Name="System">
${sets}
        <FunctionImport Name="WhoAmI" Function="mscrm.WhoAmI" />
      </EntityContainer>
    </Schema>
  </edmx:DataServices>
</edmx:Edmx>
`;
}

function entityType(schema: Schema, table: Table): string {
  const lines = propertiesOf(table).map(({ name, column }) => {
    const type = column.dateBehavior === 'DateOnly' ? 'Edm.Date' : edmTypes[column.type];
    return `        <Property Name="${name}" Type="${type}"${type === 'Edm.String' ? ' Unicode="false"' : ''} />`;
  });
  return [
    `      <EntityType Name="${table.logicalName}" BaseType="mscrm.crmbaseentity">`,
    '        <Key>',
    `          <PropertyRef Name="${table.primaryId}" />`,
    '        </Key>',
    ...lines,
    ...navigationProperties(schema, table),
    ...Object.entries(table.keys).flatMap(([name, columns]) => keyAnnotation(name, columns)),
    '      </EntityType>',
  ].join('\n');
}

function navigationProperties(schema: Schema, table: Table): string[] {
  const { single, collection } = schema.navigations(table);
  const singles = [...single].flatMap(([name, { column, tables }]) => {
    const target = schema.table(tables[0] ?? '');
    if (!target) return [];
    const owner = tables.length > 1;
    const type = owner ? 'principal' : target.logicalName;
    const key = owner ? 'ownerid' : target.primaryId;
    return [
      `        <NavigationProperty Name="${name}" Type="mscrm.${type}" Nullable="false">`,
      `          <ReferentialConstraint Property="_${column}_value" ReferencedProperty="${key}" />`,
      '        </NavigationProperty>',
    ];
  });
  const collections = [...collection.values()].map(
    ({ collection: name, referencing, navigation }) =>
      `        <NavigationProperty Name="${name}" Type="Collection(mscrm.${referencing})" Partner="${navigation}" />`,
  );
  return [...singles, ...collections];
}

function keyAnnotation(name: string, columns: readonly string[]): string[] {
  return [
    `        <Annotation Term="Keys.AlternateKeys"><Collection><Record Type="Keys.AlternateKey"><PropertyValue Property="Key"><Collection>`,
    ...columns.map(
      (column) =>
        `          <Record Type="Keys.PropertyRef"><PropertyValue Property="Alias" String="${name}" /><PropertyValue Property="Name" PropertyPath="${column}" /></Record>`,
    ),
    '        </Collection></PropertyValue></Record></Collection></Annotation>',
  ];
}

function entitySet(schema: Schema, table: Table): string {
  const { single } = schema.navigations(table);
  const bindings = [...single].flatMap(([name, { tables }]) => {
    const set = tables.length > 1 ? undefined : schema.table(tables[0] ?? '')?.entitySetName;
    return set === undefined ? [] : [`          <NavigationPropertyBinding Path="${name}" Target="${set}" />`];
  });
  return [
    `        <EntitySet Name="${table.entitySetName}" EntityType="${NAMESPACE}.${table.logicalName}">`,
    ...bindings,
    '        </EntitySet>',
  ].join('\n');
}
