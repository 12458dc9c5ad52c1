/** A lookup's content. */
export interface Reference {
  table: string;
  id: string;
}

export type Value = string | number | boolean | null | Reference;

/** By column; a column that was never set is absent. */
export type Values = Readonly<Record<string, Value>>;

/** One version of one row; a change makes a new object. */
export interface Row {
  id: string;
  version: number;
  values: Values;
}

export function isReference(value: Value | undefined): value is Reference {
  return typeof value === 'object' && value !== null;
}

export function etagOf(row: Row): string {
  return `W/"${row.version}"`;
}

/** Rows to read: those of the store, or those that a transaction sees. */
export interface Rows {
  find(table: string, id: string): Row | undefined;
  /** In the order in which they were first written. */
  all(table: string): Iterable<Row>;
}

/** All rows of one environment, in memory. */
export class RowStore implements Rows {
  private readonly tables = new Map<string, Map<string, Row>>();
  private lastVersion = 1_000_000;

  find(table: string, id: string): Row | undefined {
    return this.tables.get(table)?.get(id);
  }

  all(table: string): Iterable<Row> {
    return this.tables.get(table)?.values() ?? [];
  }

  /** Counts over all tables, as SQL Server's row version does. */
  nextVersion(): number {
    return ++this.lastVersion;
  }

  put(table: string, row: Row): void {
    const rows = this.tables.get(table) ?? new Map<string, Row>();
    this.tables.set(table, rows.set(row.id, row));
  }

  delete(table: string, id: string): void {
    this.tables.get(table)?.delete(id);
  }

  /** Takes a table's rows along when its columns or its name change. */
  rewrite(table: string, change: (values: Values) => Values, name = table): void {
    const rows = [...this.all(table)].map((row) => ({ ...row, values: change(row.values) }));
    this.tables.delete(table);
    for (const row of rows) this.put(name, row);
  }

  drop(table: string): void {
    this.tables.delete(table);
  }
}
