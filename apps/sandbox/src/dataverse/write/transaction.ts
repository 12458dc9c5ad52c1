import type { Row, Rows, RowStore, Values } from '../row.js';
import type { Holder, Locks } from './locks.js';

export interface Change {
  table: string;
  before: Row | undefined;
  after: Row | undefined;
}

/** What one request, or one change set, does: all of it or nothing, and nobody else sees it before it is done. */
export class Transaction implements Rows, Holder {
  waitsFor?: Holder | undefined;
  private readonly changes = new Map<string, Change>();
  private readonly locks = new Set<string>();

  constructor(
    private readonly store: RowStore,
    private readonly lockTable: Locks,
  ) {}

  find(table: string, id: string): Row | undefined {
    const change = this.changes.get(`${table}/${id}`);
    return change ? change.after : this.store.find(table, id);
  }

  *all(table: string): Iterable<Row> {
    for (const row of this.store.all(table)) {
      const change = this.changes.get(`${table}/${row.id}`);
      if (!change) yield row;
      else if (change.after) yield change.after;
    }
    for (const { table: name, before, after } of this.changes.values())
      if (name === table && !before && after) yield after;
  }

  /** Keeps others from writing the row until the end. What stood there before may have changed in the meantime. */
  async lock(table: string, id: string): Promise<void> {
    const key = `${table}/${id}`;
    if (!this.lockTable.tryAcquire(key, this)) await this.lockTable.acquire(key, this);
    this.locks.add(key);
  }

  put(table: string, id: string, values: Values): Row {
    const row = { id, version: this.store.nextVersion(), values };
    this.change(table, id, row);
    return row;
  }

  delete(table: string, id: string): void {
    this.change(table, id, undefined);
  }

  /** What it has changed so far. */
  done(): Change[] {
    return [...this.changes.values()].filter(({ before, after }) => before !== after);
  }

  /** Makes everything visible at once. */
  commit(): void {
    for (const [key, { table, after }] of this.changes) {
      if (after) this.store.put(table, after);
      else this.store.delete(table, key.slice(table.length + 1));
    }
    this.end();
  }

  /** Lets the locks go; what wasn't committed is forgotten. */
  end(): void {
    this.changes.clear();
    for (const key of this.locks) this.lockTable.release(key, this);
    this.locks.clear();
  }

  private change(table: string, id: string, after: Row | undefined): void {
    const key = `${table}/${id}`;
    const known = this.changes.get(key);
    const before = known ? known.before : this.store.find(table, id);
    this.changes.set(key, { table, before, after });
  }
}
