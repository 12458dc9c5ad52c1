import type { Preferences } from './preferences.js';
import { propertiesOf, propertyOf, valueOf, type Property } from './property.js';
import { etagOf, isReference, type Row, type RowStore } from './row.js';
import { tableByName } from './schema/index.js';
import type { Table } from './schema/table.js';
import { optionOf } from './value.js';

const FORMATTED = 'OData.Community.Display.V1.FormattedValue';
const TABLE = 'Microsoft.Dynamics.CRM.lookuplogicalname';
const NAVIGATION = 'Microsoft.Dynamics.CRM.associatednavigationproperty';

/** The properties that `$select` names, and those that always come with them. */
export function selected(table: Table, names: readonly string[] | undefined): readonly Property[] {
  if (names === undefined) return propertiesOf(table);
  const all = [...names.map((name) => propertyOf(table, name)), propertyOf(table, table.primaryId)];
  if (all.some(({ column }) => column.type === 'Money')) all.push(propertyOf(table, '_transactioncurrencyid_value'));
  return [...new Map(all.map((property) => [property.name, property])).values()];
}

/** A row as the Web API shows it. */
export function project(
  store: RowStore,
  table: Table,
  row: Row,
  properties: readonly Property[],
  { annotation }: Preferences,
): Record<string, unknown> {
  const shown: Record<string, unknown> = { '@odata.etag': etagOf(row) };
  for (const property of properties) {
    shown[property.name] = valueOf(table, row, property.columnName);
    for (const [name, value] of annotations(store, row, property))
      if (annotation(name)) shown[`${property.name}@${name}`] = value;
  }
  return shown;
}

function annotations(store: RowStore, row: Row, { columnName, column }: Property): [string, string][] {
  const value = row.values[columnName];
  if (value === undefined || value === null) return [];
  if (isReference(value)) {
    const navigation = column.targets?.find(({ table }) => table === value.table) ?? column.targets?.[0];
    return [
      [FORMATTED, nameOf(store, value)],
      [TABLE, value.table],
      [NAVIGATION, navigation?.navigation ?? columnName],
    ];
  }
  const formatted = format({ columnName, column, name: columnName }, value);
  return formatted === undefined ? [] : [[FORMATTED, formatted]];
}

function nameOf(store: RowStore, { table, id }: { table: string; id: string }): string {
  const name = store.find(table, id)?.values[tableByName(table)?.primaryName ?? ''];
  return typeof name === 'string' ? name : '';
}

function format({ column }: Property, value: string | number | boolean): string | undefined {
  if (column.options) return optionOf(column, Number(value))?.label;
  if (column.type === 'Money') return Number(value).toLocaleString('en-US', { style: 'currency', currency: 'EUR' });
  if (typeof value === 'number') return value.toLocaleString('en-US');
  if (column.type !== 'DateTime') return undefined;
  const time = new Date(String(value));
  return column.dateBehavior === 'DateOnly'
    ? time.toLocaleDateString('en-US', { timeZone: 'UTC' })
    : time.toLocaleString('en-US', { timeZone: 'UTC', dateStyle: 'short', timeStyle: 'short' });
}
