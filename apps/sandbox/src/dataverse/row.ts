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

/** All rows of one environment, in memory. */
export class RowStore {
  private readonly tables = new Map<string, Map<string, Row>>();
  private lastVersion = 1_000_000;

  find(table: string, id: string): Row | undefined {
    return this.tables.get(table)?.get(id);
  }

  /** In the order in which they were first written. */
  all(table: string): Iterable<Row> {
    return this.tables.get(table)?.values() ?? [];
  }

  put(table: string, id: string, values: Values): Row {
    let rows = this.tables.get(table);
    if (!rows) this.tables.set(table, (rows = new Map()));
    const row = { id, version: ++this.lastVersion, values };
    rows.set(id, row);
    return row;
  }
}
