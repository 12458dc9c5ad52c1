import { etagOf, isReference, type Reference, type Row } from '../row.js';
import type { Property } from '../property.js';
import type { Table } from '../schema/table.js';
import { formatted } from './format.js';
import type { Preferences } from './preferences.js';
import type { Reader } from './reader.js';
import type { Shape } from './shape.js';

const FORMATTED = 'OData.Community.Display.V1.FormattedValue';
const TABLE = 'Microsoft.Dynamics.CRM.lookuplogicalname';
const NAVIGATION = 'Microsoft.Dynamics.CRM.associatednavigationproperty';

export interface Showing {
  reader: Reader;
  preferences: Preferences;
  /** Address of the Web API, for links. */
  root: string;
}

/** A row as the Web API shows it. */
export function project(showing: Showing, row: Row, shape: Shape): Record<string, unknown> {
  return { '@odata.etag': etagOf(row), ...withoutEtag(showing, row, shape) };
}

/** A row that is shown inside of another by a single-valued navigation property has no ETag. */
function withoutEtag(showing: Showing, row: Row, shape: Shape): Record<string, unknown> {
  const { table, properties, singles, collections } = shape;
  const shown: Record<string, unknown> = {};
  for (const property of properties) addProperty(showing, shown, table, row, property);
  for (const { name, navigation, reference, shape: inner } of singles) {
    const target = showing.reader.target(table, row, navigation);
    if (!target) shown[name] = null;
    else if (reference) shown[name] = { '@odata.id': `${showing.root}${target.table.entitySetName}(${target.row.id})` };
    // An owner is a user or a team; what both have is the id.
    else if (navigation.tables.length > 1) shown[name] = { ownerid: target.row.id };
    else shown[name] = { ...withoutEtag(showing, target.row, inner), ...principalKey(target) };
  }
  for (const { name, shape: inner, rowsOf, query } of collections) {
    shown[name] = rowsOf(row).map((child) => project(showing, child, inner));
    const address = `${showing.root}${table.entitySetName}(${row.id})/${name}`;
    shown[`${name}@odata.nextLink`] = query === '' ? address : `${address}?${query}`;
  }
  return shown;
}

/** Users and teams are principals, which have another key with the same value. */
function principalKey({ table, row }: { table: Table; row: Row }): object {
  return ['systemuser', 'team'].includes(table.logicalName) ? { ownerid: row.id } : {};
}

function addProperty(
  { reader, preferences }: Showing,
  shown: Record<string, unknown>,
  table: Table,
  row: Row,
  { name, columnName, column }: Property,
): void {
  const value = reader.value(table, row, columnName);
  shown[name] = isReference(value) ? value.id : value;
  if (value === null || !preferences.annotated) return;
  const annotations = isReference(value)
    ? lookupAnnotations(reader, value, column.targets ?? [], columnName)
    : { [FORMATTED]: formatted(reader, row, column, value) };
  for (const [key, text] of Object.entries(annotations))
    if (text !== undefined && preferences.annotation(key)) shown[`${name}@${key}`] = text;
}

function lookupAnnotations(
  { schema, rows }: Reader,
  { table, id }: Reference,
  targets: readonly { table: string; navigation: string }[],
  columnName: string,
): Record<string, string> {
  const name = rows.find(table, id)?.values[schema.table(table)?.primaryName ?? ''];
  const target = targets.find((one) => one.table === table) ?? targets[0];
  return {
    [FORMATTED]: typeof name === 'string' ? name : '',
    [TABLE]: table,
    [NAVIGATION]: target?.navigation ?? columnName,
  };
}
