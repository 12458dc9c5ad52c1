import { DataverseFailure } from '../failure.js';
import type { Rows, Values } from '../row.js';
import type { Table } from '../schema/table.js';

/** Rows whose columns are all alike, without regard to case, are duplicates; empty columns are like nothing. */
export interface DuplicateRule {
  name: string;
  table: string;
  columns: readonly string[];
}

export const standardRules: readonly DuplicateRule[] = [
  { name: 'Accounts with the same Account Name', table: 'account', columns: ['name'] },
  { name: 'Contacts with the same first name and last name', table: 'contact', columns: ['firstname', 'lastname'] },
  { name: 'Contacts with the same e-mail address', table: 'contact', columns: ['emailaddress1'] },
  { name: 'Leads with the same e-mail address', table: 'lead', columns: ['emailaddress1'] },
];

/**
 * Looks for rows that a rule calls duplicates; done only where a request asks for it.
 * @throws DataverseFailure 412, as one page of the documentation has it; another says 500
 */
export function refuseDuplicates(
  rules: readonly DuplicateRule[],
  rows: Rows,
  table: Table,
  id: string,
  values: Values,
): void {
  for (const { table: name, columns } of rules) {
    if (name !== table.logicalName) continue;
    const wanted = columns.map((column) => [column, folded(values[column])] as const);
    if (wanted.some(([, value]) => value === undefined)) continue;
    for (const row of rows.all(name))
      if (row.id !== id && wanted.every(([column, value]) => folded(row.values[column]) === value)) throw duplicate();
  }
}

function folded(value: unknown): string | undefined {
  if (value === null || value === undefined || value === '') return undefined;
  return JSON.stringify(value).toLowerCase();
}

function duplicate(): DataverseFailure {
  return new DataverseFailure(
    412,
    '0x80040333',
    'A record was not created or updated because a duplicate of the current record already exists.',
  );
}
