import type { Operation } from '@bliro/contract/policy';

interface ColumnTraits {
  readonly title: string;
  /** The operations that may name this column. */
  readonly use: readonly Operation[];
  /** Not among a tool's fields until an administrator puts it there. */
  readonly optIn?: true;
  /** People are expected to fill it in: a model is told so. Dynamics' API itself takes a row without it. */
  readonly required?: true;
  /** Of column security: who may see it is decided in Dynamics for each user. */
  readonly secured?: true;
}

type ColumnKind =
  /** Lengths are in UTF-16 units, as Dataverse counts. */
  | { readonly type: 'text'; readonly maxLength: number }
  | { readonly type: 'integer' | 'money'; readonly min: number; readonly max: number }
  | { readonly type: 'choice' | 'choices'; readonly options: Readonly<Record<number, string>> }
  | { readonly type: 'lookup'; readonly targets: readonly string[] }
  | { readonly type: 'boolean' | 'date' | 'datetime' | 'id' };

export type ColumnShape = ColumnTraits & ColumnKind;

/** What is known of a Dynamics table: enough to check an input without asking Dynamics. Columns by logical name. */
export interface TableShape {
  readonly table: string;
  /** What people call a row of it: the object in a tool's title. */
  readonly object: string;
  /** When a model should pick the tool of each operation. */
  readonly purpose: Readonly<Record<Operation, string>>;
  readonly columns: Readonly<Record<string, ColumnShape>>;
}

/** Every column that a tool of this operation could take, in the table's order. */
export function possibleFields(shape: TableShape, operation: Operation): string[] {
  return namesOf(shape, (column) => column.use.includes(operation));
}

/** What a tool takes before an administrator chose: a concrete list, without what has to be opted in. */
export function defaultFields(shape: TableShape, operation: Operation): string[] {
  return namesOf(shape, (column) => column.use.includes(operation) && column.optIn !== true);
}

function namesOf(shape: TableShape, wanted: (column: ColumnShape) => boolean): string[] {
  return Object.entries(shape.columns)
    .filter(([, column]) => wanted(column))
    .map(([name]) => name);
}
