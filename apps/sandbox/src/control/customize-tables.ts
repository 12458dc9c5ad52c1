import type { Organization } from '../dataverse/organization.js';
import { attributeMetadataId, entityMetadataId, relationMetadataId } from '../dataverse/metadata/model.js';
import type { Relation } from '../dataverse/schema/relations.js';
import type { Removal } from '../dataverse/schema/schema.js';
import {
  choice,
  choices,
  date,
  dateTime,
  decimal,
  lookup,
  memo,
  money,
  primaryId,
  text,
  wanted,
  whole,
  yesNo,
  type Column,
} from '../dataverse/schema/column.js';
import { activeState, currencyColumns } from '../dataverse/schema/sales.js';
import { columnOf, defineTable, withCompanions, type Table } from '../dataverse/schema/table.js';
import type { ColumnDefinition, Customization } from './customize-schema.js';
import { ControlProblem } from './problem.js';
import { tableNamed } from './records.js';

const makers: Record<ColumnDefinition['type'], (label: string, given: ColumnDefinition) => Column> = {
  text: (label, { maxLength = 100 }) => text(label, maxLength),
  memo: (label, { maxLength = 2000 }) => memo(label, maxLength),
  whole: (label, { min, max }) => whole(label, min, max),
  decimal: (label, { min = 0, max = 1_000_000_000 }) => decimal(label, min, max, 2),
  money: (label) => money(label),
  yesno: (label) => yesNo(label, false),
  date: (label) => date(label),
  datetime: (label) => dateTime(label),
  choice: (label, { options = {} }) => choice(label, options),
  choices: (label, { options = {} }) => choices(label, options),
  lookup: (label, { targets = {} }) => lookup(label, targets),
};

function columnFrom(name: string, given: ColumnDefinition): Column {
  const made = makers[given.type](given.label ?? name, given);
  return { ...made, custom: true, ...(given.required === undefined ? {} : { required: given.required }) };
}

type Part<K extends keyof Customization> = NonNullable<Customization[K]>;

export function addTable({ schema }: Organization, given: Part<'table'>): void {
  const { name, label = name, columns = {} } = given;
  if (schema.table(name)) throw problem('table_exists', `There is a table ${name} already.`);
  const entitySetName = given.entitySetName ?? `${name}s`;
  if (schema.tableOfSet(entitySetName)) throw problem('table_exists', `There is a set ${entitySetName} already.`);
  const prefix = name.includes('_') ? `${name.split('_')[0] ?? ''}_` : '';
  const made = Object.entries(columns).map(([column, one]): [string, Column] => [column, columnFrom(column, one)]);
  schema.put(
    defineTable({
      logicalName: name,
      schemaName: given.schemaName ?? name,
      entitySetName,
      displayName: label,
      displayCollectionName: `${label}s`,
      objectTypeCode: 10_200 + schema.tables.length,
      primaryId: `${name}id`,
      primaryName: `${prefix}name`,
      custom: true,
      hasActivities: false,
      keys: given.keys ?? {},
      columns: {
        [`${name}id`]: primaryId(label),
        [`${prefix}name`]: text('Name', 100, wanted),
        ...Object.fromEntries(made),
        ...currencyColumns(),
        ...activeState,
      },
    }),
  );
}

export function renameTable(organization: Organization, { from, to }: Part<'renameTable'>): void {
  const { schema, store } = organization;
  const table = tableNamed(organization, from);
  if (schema.table(to)) throw problem('table_exists', `There is a table ${to} already.`);
  schema.remove(table, removedWith(organization, table));
  schema.put({ ...table, logicalName: to, entitySetName: `${to}s` });
  store.rewrite(from, (values) => values, to);
}

export function removeTable(organization: Organization, name: string): void {
  const table = tableNamed(organization, name);
  organization.schema.remove(table, removedWith(organization, table));
  organization.store.drop(name);
}

export function putColumn(organization: Organization, given: Part<'column'>): void {
  const { table: tableName, name, ...definition } = given;
  const table = tableNamed(organization, tableName);
  requireFree(table, name);
  const present = columnOf(table, name);
  organization.schema.put(
    withColumns(table, { ...own(table, name), [name]: columnFrom(name, definition) }),
    present ? removal(organization, table, name) : [],
  );
  if (present) forget(organization, tableName, name);
}

export function renameColumn(organization: Organization, given: Part<'renameColumn'>): void {
  const { from, to } = given;
  const table = tableNamed(organization, given.table);
  const column = requireColumn(table, from);
  requireFree(table, from);
  if (columnOf(table, to)) throw problem('column_exists', `There is a column ${to} already.`);
  organization.schema.put(
    withColumns(table, { ...own(table, from), [to]: column }),
    removal(organization, table, from),
  );
  organization.store.rewrite(table.logicalName, ({ [from]: value, ...rest }) => ({
    ...rest,
    ...(value === undefined ? {} : { [to]: value }),
  }));
}

export function removeColumn(organization: Organization, given: Part<'removeColumn'>): void {
  const table = tableNamed(organization, given.table);
  requireColumn(table, given.name);
  requireFree(table, given.name);
  organization.schema.put(withColumns(table, own(table, given.name)), removal(organization, table, given.name));
  forget(organization, table.logicalName, given.name);
}

export function putKey(organization: Organization, { table: name, name: key, columns }: Part<'key'>): void {
  const table = tableNamed(organization, name);
  for (const column of columns) requireColumn(table, column);
  organization.schema.put({ ...table, keys: { ...table.keys, [key]: columns } });
}

function forget({ store }: Organization, table: string, column: string): void {
  store.rewrite(table, ({ [column]: _gone, ...rest }) => rest);
}

/** The table's columns without what the server adds beside them, and without one of them. */
function own(table: Table, without: string): Record<string, Column> {
  const kept = Object.entries(table.columns).filter(
    ([name, { companionOf, baseOf }]) => companionOf === undefined && baseOf === undefined && name !== without,
  );
  return Object.fromEntries(kept);
}

function withColumns(table: Table, columns: Record<string, Column>): Table {
  return { ...table, columns: withCompanions(columns) };
}

type Removed = Omit<Removal, 'at'>;

/** A column goes with the relations that it makes, a table with those of both of its ends. */
function removal(organization: Organization, table: Table, column: string): Removed[] {
  const gone = relationsWhere(
    organization,
    (relation) => relation.referencing === table.logicalName && relation.column === column,
  );
  return [{ kind: 'Attribute', metadataId: attributeMetadataId(table, column) }, ...gone];
}

function removedWith(organization: Organization, table: Table): Removed[] {
  const gone = relationsWhere(organization, ({ referencing, referenced }) =>
    [referencing, referenced].includes(table.logicalName),
  );
  return [{ kind: 'Entity', metadataId: entityMetadataId(table) }, ...gone];
}

function relationsWhere({ schema }: Organization, fits: (relation: Relation) => boolean): Removed[] {
  return schema
    .relations()
    .filter(fits)
    .map((relation) => ({ kind: 'Relationship', metadataId: relationMetadataId(relation) }));
}

export function requireColumn(table: Table, name: string): Column {
  const column = columnOf(table, name);
  if (column) return column;
  throw problem('unknown_column', `${table.logicalName} has no column ${name}.`);
}

/** What the server itself relies on stays. */
function requireFree(table: Table, name: string): void {
  const fixed = [
    table.primaryId,
    table.primaryName,
    'statecode',
    'statuscode',
    'ownerid',
    'createdon',
    'modifiedon',
    'versionnumber',
  ];
  if (fixed.includes(name)) throw problem('column_fixed', `${name} of ${table.logicalName} can't be changed.`);
}

function problem(code: string, detail: string): ControlProblem {
  return new ControlProblem(409, code, detail);
}
