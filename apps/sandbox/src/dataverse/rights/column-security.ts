import { DataverseFailure } from '../failure.js';

/** Who may do what with a secured column, by upn; everybody else gets null and may not write. */
export interface SecuredColumn {
  read: ReadonlySet<string>;
  update: ReadonlySet<string>;
  create: ReadonlySet<string>;
}

export type ColumnOperation = keyof SecuredColumn;

const NONE: ReadonlySet<string> = new Set();

/** The secured columns of one environment. */
export class ColumnSecurity {
  private readonly columns = new Map<string, Map<string, SecuredColumn>>();

  secure(table: string, column: string, allowed: SecuredColumn): void {
    const columns = this.columns.get(table) ?? new Map<string, SecuredColumn>();
    this.columns.set(table, columns.set(column, allowed));
  }

  release(table: string, column: string): void {
    this.columns.get(table)?.delete(column);
  }

  isSecured(table: string, column: string): boolean {
    return this.columns.get(table)?.has(column) ?? false;
  }

  /** The columns of a table that this user may not use in that way. */
  closed(table: string, upn: string, operation: ColumnOperation): ReadonlySet<string> {
    const columns = this.columns.get(table);
    if (!columns || columns.size === 0) return NONE;
    return new Set([...columns].filter(([, allowed]) => !allowed[operation].has(upn)).map(([name]) => name));
  }
}

export function closedColumn(
  userId: string,
  label: string,
  table: string,
  operation: 'update' | 'create',
): DataverseFailure {
  return new DataverseFailure(
    403,
    operation === 'update' ? '0x8004f507' : '0x8004f502',
    `Caller user with Id ${userId} does not have ${operation} permissions to a ${label} secured field on entity ${table}.`,
  );
}
