import { relationsOf, type Relation } from './relations.js';
import type { Table } from './table.js';

/** What was removed, so that a client that keeps metadata learns of it. */
export interface Removal {
  at: number;
  kind: 'Entity' | 'Attribute' | 'Relationship';
  metadataId: string;
}

/** The tables of one environment, which its customer changes while it runs. A change makes new `Table` objects. */
export class Schema {
  private readonly byName: Map<string, Table>;
  private readonly bySet: Map<string, Table>;
  private readonly changed = new Map<string, number>();
  private removed: Removal[] = [];
  private relationsFound: readonly Relation[] | undefined;
  private navigationsFound = new Map<string, Navigations>();
  /** Counts the changes; part of every version stamp. */
  version = 1_000_000;
  /** Stamps from before this version are no longer good. */
  oldestStamp = 0;

  constructor(tables: readonly Table[]) {
    this.byName = new Map(tables.map((table) => [table.logicalName, table]));
    this.bySet = new Map(tables.map((table) => [table.entitySetName, table]));
  }

  get tables(): Table[] {
    return [...this.byName.values()];
  }

  table(logicalName: string): Table | undefined {
    return this.byName.get(logicalName);
  }

  tableOfSet(entitySetName: string): Table | undefined {
    return this.bySet.get(entitySetName);
  }

  put(table: Table, removed: readonly Omit<Removal, 'at'>[] = []): void {
    const before = this.byName.get(table.logicalName);
    if (before) this.bySet.delete(before.entitySetName);
    this.byName.set(table.logicalName, table);
    this.bySet.set(table.entitySetName, table);
    this.note(removed);
    this.changed.set(table.logicalName, this.version);
  }

  remove(table: Table, removed: readonly Omit<Removal, 'at'>[]): void {
    this.byName.delete(table.logicalName);
    this.bySet.delete(table.entitySetName);
    this.note(removed);
  }

  changedSince(table: Table, version: number): boolean {
    return (this.changed.get(table.logicalName) ?? 0) > version;
  }

  removedSince(version: number): Removal[] {
    return this.removed.filter(({ at }) => at > version);
  }

  /** From now on every stamp that was given out counts as expired. */
  expireStamps(): void {
    this.version++;
    this.oldestStamp = this.version;
    this.removed = [];
  }

  relations(): readonly Relation[] {
    this.relationsFound ??= this.tables
      .flatMap((table) => relationsOf(table, (name) => this.byName.get(name)?.schemaName))
      .filter(({ referenced }) => this.byName.has(referenced));
    return this.relationsFound;
  }

  /** The navigation properties of a table's rows, by their case-sensitive names. */
  navigations(table: Table): Navigations {
    let found = this.navigationsFound.get(table.logicalName);
    if (!found) {
      const own = this.relations().filter(({ referencing }) => referencing === table.logicalName);
      const others = this.relations().filter(({ referenced }) => referenced === table.logicalName);
      found = {
        single: grouped(own),
        collection: new Map(others.map((relation) => [relation.collection, relation])),
      };
      this.navigationsFound.set(table.logicalName, found);
    }
    return found;
  }

  private note(removed: readonly Omit<Removal, 'at'>[]): void {
    this.version++;
    this.removed.push(...removed.map((removal) => ({ ...removal, at: this.version })));
    this.relationsFound = undefined;
    this.navigationsFound = new Map();
  }
}

export interface SingleNavigation {
  column: string;
  /** More than one for an owner alone. */
  tables: string[];
}

export interface Navigations {
  single: ReadonlyMap<string, SingleNavigation>;
  collection: ReadonlyMap<string, Relation>;
}

function grouped(relations: readonly Relation[]): Map<string, SingleNavigation> {
  const found = new Map<string, SingleNavigation>();
  for (const { navigation, column, referenced } of relations) {
    const known = found.get(navigation);
    if (known) known.tables.push(referenced);
    else found.set(navigation, { column, tables: [referenced] });
  }
  return found;
}
