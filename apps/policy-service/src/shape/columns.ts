import { operations } from '@bliro/contract/policy';
import type { ColumnShape } from './shape.js';

const everywhere = { use: operations } as const;
const integerLimit = 2_147_483_647;

export const text = (title: string, maxLength: number): ColumnShape => ({
  ...everywhere,
  type: 'text',
  title,
  maxLength,
});
export const integer = (title: string, min = 0, max = integerLimit): ColumnShape => ({
  ...everywhere,
  type: 'integer',
  title,
  min,
  max,
});
export const money = (title: string, min: number, max: number): ColumnShape => ({
  ...everywhere,
  type: 'money',
  title,
  min,
  max,
});
export const boolean = (title: string): ColumnShape => ({ ...everywhere, type: 'boolean', title });
export const date = (title: string): ColumnShape => ({ ...everywhere, type: 'date', title });
export const dateTime = (title: string): ColumnShape => ({ ...everywhere, type: 'datetime', title });
export const lookup = (title: string, ...targets: string[]): ColumnShape => ({
  ...everywhere,
  type: 'lookup',
  title,
  targets,
});
export const choice = (title: string, options: Record<number, string>): ColumnShape => ({
  ...everywhere,
  type: 'choice',
  title,
  options,
});

/** The row's own id. A create never takes one: it is minted with the attempt. */
export const rowId = (title: string): ColumnShape => ({ use: ['read'], type: 'id', title });

export const readOnly = (column: ColumnShape): ColumnShape => ({ ...column, use: ['read'] });
export const required = (column: ColumnShape): ColumnShape => ({ ...column, required: true });
export const optIn = (column: ColumnShape): ColumnShape => ({ ...column, optIn: true });

/** What Dataverse keeps of every row. */
export const bookkeeping: Record<string, ColumnShape> = {
  createdon: readOnly(dateTime('Created On')),
  modifiedon: readOnly(dateTime('Modified On')),
  ownerid: optIn(lookup('Owner', 'systemuser', 'team')),
  overriddencreatedon: optIn({ ...dateTime('Record Created On'), use: ['read', 'create'] }),
};

/** A state and its reason belong together and run a customer's processes: an administrator has to want that. */
export const statePair = (
  states: Record<number, string>,
  reasons: Record<number, string>,
): Record<string, ColumnShape> => ({
  statecode: optIn({ ...choice('Status', states), use: ['read', 'update'] }),
  statuscode: optIn(choice('Status Reason', reasons)),
});

export const address = (): Record<string, ColumnShape> => ({
  address1_line1: text('Street 1', 250),
  address1_line2: text('Street 2', 250),
  address1_postalcode: text('ZIP/Postal Code', 20),
  address1_city: text('City', 80),
  address1_stateorprovince: text('State/Province', 50),
  address1_country: text('Country/Region', 80),
});
