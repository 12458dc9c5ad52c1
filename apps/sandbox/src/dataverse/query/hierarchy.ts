import { badQuery } from '../failure.js';
import type { Table } from '../schema/table.js';
import type { Reader, Scalar } from './reader.js';

/** How far up a hierarchy is followed; longer ones are rings. */
const DEEPEST = 100;

type Holds = (id: Scalar) => boolean;

/** Functions that go along a table's lookup to its own parent rows, by the id of a row. */
export const hierarchyFunctions: Partial<Record<string, (reader: Reader, table: Table, id: string) => Holds>> = {
  Above: (reader, table, id) => among(ancestorsOf(reader, table, id)),
  AboveOrEqual: (reader, table, id) => among([id, ...ancestorsOf(reader, table, id)]),
  Under: (reader, table, id) => under(reader, table, id),
  UnderOrEqual: (reader, table, id) => (one) => one === id || under(reader, table, id)(one),
  NotUnder: (reader, table, id) => (one) => !under(reader, table, id)(one),
};

function under(reader: Reader, table: Table, id: string): Holds {
  return (one) => typeof one === 'string' && ancestorsOf(reader, table, one).includes(id);
}

function ancestorsOf(reader: Reader, table: Table, id: string): string[] {
  const column = parentColumn(table);
  const found: string[] = [];
  let row = reader.rows.find(table.logicalName, id);
  while (row && found.length < DEEPEST) {
    const parent = reader.scalar(table, row, column);
    if (typeof parent !== 'string') break;
    found.push(parent);
    row = reader.rows.find(table.logicalName, parent);
  }
  return found;
}

function parentColumn({ logicalName, columns }: Table): string {
  const found = Object.entries(columns).find(
    ([name, { targets = [] }]) => name.startsWith('parent') && targets.some(({ table }) => table === logicalName),
  );
  if (found) return found[0];
  throw badQuery(`The table '${logicalName}' has no hierarchy.`);
}

function among(ids: readonly string[]): Holds {
  const set = new Set<Scalar>(ids);
  return (one) => set.has(one);
}
