export type ColumnType =
  | 'Uniqueidentifier'
  | 'String'
  | 'Memo'
  | 'Integer'
  | 'BigInt'
  | 'Decimal'
  | 'Double'
  | 'Money'
  | 'Boolean'
  | 'DateTime'
  | 'Picklist'
  | 'MultiSelectPicklist'
  | 'State'
  | 'Status'
  | 'Lookup'
  | 'Customer'
  | 'Owner'
  | 'EntityName'
  | 'Virtual';

export type RequiredLevel = 'None' | 'Recommended' | 'ApplicationRequired' | 'SystemRequired';

export interface Option {
  value: number;
  label: string;
  /** Of a status: the state it belongs to. */
  state?: number;
}

/** One table a lookup may point to, by its case-sensitive navigation property. */
export interface Target {
  table: string;
  navigation: string;
}

/** What becomes of a row when the row that its lookup points to is deleted; without a word, the link goes. */
export type OnDelete = 'cascade' | 'restrict' | 'keep';

export interface Column {
  type: ColumnType;
  label: string;
  required: RequiredLevel;
  create: boolean;
  update: boolean;
  format?: string;
  maxLength?: number;
  min?: number;
  max?: number;
  precision?: number;
  options?: readonly Option[];
  dateBehavior?: 'UserLocal' | 'DateOnly' | 'TimeZoneIndependent';
  targets?: readonly Target[];
  onDelete?: OnDelete;
  /** Value of a new row that doesn't say. */
  initial?: number | boolean;
  /** Of a companion (the label of a choice, the name behind a lookup): its column. It is in the metadata alone. */
  companionOf?: string;
  /** Money in the organization's own currency, which the server works out from that column. */
  baseOf?: string;
  /** The choice that several tables share, by its name. */
  globalChoice?: string;
  custom?: boolean;
}

type More = Partial<
  Pick<Column, 'required' | 'create' | 'update' | 'format' | 'initial' | 'min' | 'max' | 'onDelete' | 'globalChoice'>
>;

function column(type: ColumnType, label: string, more: Omit<Partial<Column>, 'type' | 'label'>): Column {
  return { type, label, required: 'None', create: true, update: true, ...more };
}

/** Set by the server alone. */
export const readOnly = { create: false, update: false } as const;
/** Enforced by model-driven apps, not by the Web API. */
export const wanted = { required: 'ApplicationRequired' } as const;

const INT_MAX = 2_147_483_647;

export const primaryId = (label: string): Column =>
  column('Uniqueidentifier', label, { required: 'SystemRequired', update: false });
export const text = (label: string, maxLength: number, more: More = {}): Column =>
  column('String', label, { maxLength, format: 'Text', ...more });
export const email = (label: string): Column => text(label, 100, { format: 'Email' });
export const phone = (label: string): Column => text(label, 50, { format: 'Phone' });
export const url = (label: string): Column => text(label, 200, { format: 'Url' });
export const memo = (label: string, maxLength = 2000, more: More = {}): Column =>
  column('Memo', label, { maxLength, format: 'TextArea', ...more });
export const whole = (label: string, min = 0, max = INT_MAX, more: More = {}): Column =>
  column('Integer', label, { min, max, format: 'None', ...more });
export const big = (label: string): Column => column('BigInt', label, readOnly);
export const decimal = (label: string, min: number, max: number, precision: number, more: More = {}): Column =>
  column('Decimal', label, { min, max, precision, ...more });
export const double = (label: string, min: number, max: number, precision: number): Column =>
  column('Double', label, { min, max, precision });
export const money = (label: string, more: More = {}): Column =>
  column('Money', label, { min: 0, max: 922_337_203_685_477, precision: 2, ...more });
export const yesNo = (label: string, initial: boolean, more: More = {}): Column =>
  column('Boolean', label, { initial, options: pairs({ 1: 'Yes', 0: 'No' }), ...more });
export const date = (label: string, more: More = {}): Column =>
  column('DateTime', label, { format: 'DateOnly', dateBehavior: 'DateOnly', ...more });
export const dateTime = (label: string, more: More = {}): Column =>
  column('DateTime', label, { format: 'DateAndTime', dateBehavior: 'UserLocal', ...more });
export const choice = (label: string, options: Record<number, string>, more: More = {}): Column =>
  column('Picklist', label, { options: pairs(options), ...more });
export const choices = (label: string, options: Record<number, string>): Column =>
  column('MultiSelectPicklist', label, { options: pairs(options) });
export const state = (options: Record<number, string>): Column =>
  column('State', 'Status', { options: pairs(options), required: 'SystemRequired', initial: 0 });

/** The first status of each state is the one a row gets with that state. */
export const status = (byState: Record<number, Record<number, string>>): Column =>
  column('Status', 'Status Reason', {
    options: Object.entries(byState).flatMap(([owner, labels]) =>
      pairs(labels).map((option) => ({ ...option, state: Number(owner) })),
    ),
  });

/** `targets` maps a navigation property to the table it leads to. */
export const lookup = (label: string, targets: Record<string, string>, more: More = {}): Column =>
  column('Lookup', label, { targets: aims(targets), ...more });
export const customer = (label: string, navigation: string, more: More = {}): Column =>
  column('Customer', label, {
    targets: aims({ [`${navigation}_account`]: 'account', [`${navigation}_contact`]: 'contact' }),
    ...more,
  });
export const owner = (navigation: string): Column =>
  column('Owner', 'Owner', { targets: aims({ [navigation]: 'owner' }), required: 'SystemRequired' });

/** Rows of these have a phonetic name, too. */
const named = ['account', 'contact', 'lead', 'systemuser'];

/** What Dataverse puts beside a column for reading: never written, and left out of rows. */
export function companions(name: string, { type, label, options, targets = [] }: Column): Record<string, Column> {
  const beside = (kind: ColumnType, suffix: string, more: Partial<Column> = {}) => ({
    [`${name}${suffix}`]: column(kind, label, { ...readOnly, companionOf: name, ...more }),
  });
  const text = { maxLength: 100, format: 'Text' };
  switch (type) {
    case 'Lookup':
      return {
        ...beside('String', 'name', text),
        ...(targets.some(({ table }) => named.includes(table)) ? beside('String', 'yominame', text) : {}),
      };
    case 'Customer':
    case 'Owner':
      return {
        ...beside('String', 'name', text),
        ...beside('String', 'yominame', text),
        ...beside('EntityName', 'type'),
      };
    case 'Picklist':
    case 'MultiSelectPicklist':
    case 'State':
    case 'Status':
      return beside('Virtual', 'name');
    case 'Boolean':
      return options ? beside('Virtual', 'name') : {};
    case 'Money':
      return {
        [`${name}_base`]: column('Money', `${label} (Base)`, { ...readOnly, min: 0, precision: 2, baseOf: name }),
      };
    default:
      return {};
  }
}

function pairs(options: Record<number, string>): Option[] {
  return Object.entries(options).map(([value, label]) => ({ value: Number(value), label }));
}

function aims(targets: Record<string, string>): Target[] {
  return Object.entries(targets).map(([navigation, table]) => ({ navigation, table }));
}
