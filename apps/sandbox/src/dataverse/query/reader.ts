import { requirePrivilege, reaches, requireAccess } from '../rights/access.js';
import type { ColumnSecurity } from '../rights/column-security.js';
import type { Member } from '../rights/membership.js';
import { isReference, type Row, type Rows, type Value } from '../row.js';
import type { Relation } from '../schema/relations.js';
import type { Schema, SingleNavigation } from '../schema/schema.js';
import type { Table } from '../schema/table.js';

export type Scalar = string | number | boolean | null;

/** Rows as one user may see them, for the length of one request. */
export class Reader {
  private readonly closed = new Map<Table, ReadonlySet<string>>();
  private readonly children = new Map<Relation, Map<string, Row[]>>();

  constructor(
    readonly schema: Schema,
    readonly rows: Rows,
    readonly member: Member,
    private readonly security: ColumnSecurity,
  ) {}

  /** The rows of a table that the user may read. @throws DataverseFailure without the privilege */
  visible(table: Table): Iterable<Row> {
    return this.reached(table, this.rows.all(table.logicalName));
  }

  visibleById(table: Table, id: string): Iterable<Row> {
    const row = this.rows.find(table.logicalName, id);
    return this.reached(table, row ? [row] : []);
  }

  private reached(table: Table, rows: Iterable<Row>): Iterable<Row> {
    const depth = requirePrivilege(this.member, table, 'read');
    if (depth === 'organization') return rows;
    return [...rows].filter((row) => reaches(depth, this.member, table, row));
  }

  /** @throws DataverseFailure for a row that is there and not to be read */
  requireReadable(table: Table, row: Row): void {
    requireAccess(this.member, table, row, 'read');
  }

  /** A column's content: a secured one reads as null for whoever isn't allowed, also in a filter (the latter a guess). */
  value(table: Table, row: Row, columnName: string): Value {
    if (columnName === table.primaryId) return row.id;
    if (columnName === 'versionnumber') return row.version;
    const value = row.values[columnName] ?? null;
    return value !== null && this.closedColumns(table).has(columnName) ? null : value;
  }

  scalar(table: Table, row: Row, columnName: string): Scalar {
    const value = this.value(table, row, columnName);
    return isReference(value) ? value.id : value;
  }

  /** The row that a single-valued navigation property leads to. */
  target(table: Table, row: Row, { column, tables }: SingleNavigation): { table: Table; row: Row } | undefined {
    const value = this.value(table, row, column);
    if (!isReference(value) || !tables.includes(value.table)) return undefined;
    const found = this.rows.find(value.table, value.id);
    const of = this.schema.table(value.table);
    return found && of && { table: of, row: found };
  }

  /** The rows whose lookup leads to this one; all lookups of a relation are gone through once. */
  related(row: Row, relation: Relation): readonly Row[] {
    let found = this.children.get(relation);
    if (!found) this.children.set(relation, (found = this.indexed(relation)));
    return found.get(row.id) ?? [];
  }

  private indexed({ referencing, referenced, column }: Relation): Map<string, Row[]> {
    const found = new Map<string, Row[]>();
    const table = this.schema.table(referencing);
    if (!table) return found;
    for (const row of this.visible(table)) {
      const value = row.values[column];
      if (!isReference(value) || value.table !== referenced) continue;
      const known = found.get(value.id);
      if (known) known.push(row);
      else found.set(value.id, [row]);
    }
    return found;
  }

  private closedColumns(table: Table): ReadonlySet<string> {
    let found = this.closed.get(table);
    if (!found)
      this.closed.set(table, (found = this.security.closed(table.logicalName, this.member.person.upn, 'read')));
    return found;
  }
}
