import { big, companions, dateTime, lookup, owner, readOnly, whole, type Column } from './column.js';

export interface Table {
  logicalName: string;
  schemaName: string;
  entitySetName: string;
  displayName: string;
  displayCollectionName: string;
  primaryId: string;
  primaryName: string;
  objectTypeCode: number;
  ownership: 'UserOwned' | 'BusinessOwned' | 'OrganizationOwned' | 'BusinessParented';
  activity: boolean;
  custom: boolean;
  hasNotes: boolean;
  hasActivities: boolean;
  /** Whether people of the sales roles may write its rows. */
  writable: boolean;
  columns: Readonly<Record<string, Column>>;
  /** Alternate keys: the columns of each, by its name. */
  keys: Readonly<Record<string, readonly string[]>>;
}

export type TableDraft = Pick<
  Table,
  'logicalName' | 'schemaName' | 'entitySetName' | 'displayName' | 'displayCollectionName' | 'objectTypeCode'
> &
  Pick<Table, 'primaryId' | 'primaryName' | 'columns'> &
  Partial<Pick<Table, 'ownership' | 'activity' | 'custom' | 'hasNotes' | 'hasActivities' | 'writable' | 'keys'>>;

/** Completes a table with the columns that Dataverse gives every one of its kind. */
export function defineTable(draft: TableDraft): Table {
  const ownership = draft.ownership ?? 'UserOwned';
  // Navigation properties of an activity's own lookups end in the table's name, those of other tables don't.
  const suffix = draft.activity ? `_${draft.logicalName}` : '';
  return {
    ownership,
    activity: false,
    custom: false,
    hasNotes: true,
    hasActivities: false,
    writable: true,
    keys: {},
    ...draft,
    columns: withCompanions({
      ...draft.columns,
      ...(ownership === 'UserOwned' ? ownerColumns(suffix) : {}),
      ...systemColumns(suffix),
    }),
  };
}

/** The columns with what Dataverse puts beside each; a companion gives way to a column of that name. */
export function withCompanions(columns: Readonly<Record<string, Column>>): Record<string, Column> {
  const beside = Object.entries(columns).map(([name, column]) => companions(name, column));
  return { ...Object.assign({}, ...beside), ...columns } as Record<string, Column>;
}

function ownerColumns(suffix: string): Record<string, Column> {
  return {
    ownerid: owner(`ownerid${suffix}`),
    owningbusinessunit: lookup('Owning Business Unit', { [`owningbusinessunit${suffix}`]: 'businessunit' }, readOnly),
    owninguser: lookup('Owning User', { [`owninguser${suffix}`]: 'systemuser' }, readOnly),
    owningteam: lookup('Owning Team', { [`owningteam${suffix}`]: 'team' }, readOnly),
  };
}

function systemColumns(suffix: string): Record<string, Column> {
  return {
    createdby: lookup('Created By', { [`createdby${suffix}`]: 'systemuser' }, readOnly),
    createdonbehalfby: lookup('Created By (Delegate)', { [`createdonbehalfby${suffix}`]: 'systemuser' }, readOnly),
    createdon: dateTime('Created On', readOnly),
    modifiedby: lookup('Modified By', { [`modifiedby${suffix}`]: 'systemuser' }, readOnly),
    modifiedonbehalfby: lookup('Modified By (Delegate)', { [`modifiedonbehalfby${suffix}`]: 'systemuser' }, readOnly),
    modifiedon: dateTime('Modified On', readOnly),
    overriddencreatedon: dateTime('Record Created On', { update: false }),
    importsequencenumber: whole('Import Sequence Number', -2_147_483_648, 2_147_483_647, { update: false }),
    timezoneruleversionnumber: whole('Time Zone Rule Version Number', -1),
    utcconversiontimezonecode: whole('UTC Conversion Time Zone Code', -1),
    versionnumber: big('Version Number'),
  };
}

/** A column that rows have; companions are none. */
export function columnOf(table: Table, name: string): Column | undefined {
  const column = Object.hasOwn(table.columns, name) ? table.columns[name] : undefined;
  return column?.companionOf === undefined ? column : undefined;
}
