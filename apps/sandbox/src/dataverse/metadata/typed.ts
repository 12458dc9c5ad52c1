import { stableId } from '../../stable-id.js';
import type { Column, Option } from '../schema/column.js';
import type { Table } from '../schema/table.js';
import { label, type Json } from './label.js';

/** What only a column of its type has: a request sees it after a cast to the column's class. */
export function typedMetadata({ type, dateBehavior, targets, ...column }: Column): Json {
  switch (type) {
    case 'String':
      return { MaxLength: column.maxLength, Format: column.format, FormatName: { Value: column.format } };
    case 'Memo':
      return { MaxLength: column.maxLength, Format: column.format };
    case 'Integer':
      return { MinValue: column.min, MaxValue: column.max, Format: column.format };
    case 'Decimal':
    case 'Double':
    case 'Money':
      return { MinValue: column.min, MaxValue: column.max, Precision: column.precision };
    case 'DateTime':
      return { Format: column.format, DateTimeBehavior: { Value: dateBehavior } };
    case 'Boolean':
      return { DefaultValue: column.initial ?? false };
    case 'Picklist':
    case 'MultiSelectPicklist':
    case 'State':
    case 'Status':
      return { DefaultFormValue: column.initial ?? -1 };
    case 'Lookup':
    case 'Customer':
      return { Targets: targets?.map(({ table }) => table) ?? [] };
    case 'Owner':
      return { Targets: ['systemuser', 'team'] };
    case 'Uniqueidentifier':
    case 'BigInt':
    case 'EntityName':
    case 'Virtual':
      return {};
  }
}

/** The choices of a column, which a request gets with `$expand=OptionSet` after a cast. */
export function optionSet(table: Table, name: string, column: Column): Json | null {
  const options = column.options;
  if (!options) return null;
  const shared = column.globalChoice;
  const head = {
    MetadataId: stableId(`metadata/${shared ?? `${table.logicalName}/${name}`}/options`),
    HasChanged: null,
    Name: shared ?? `${table.logicalName}_${name}`,
    DisplayName: label(column.label),
    Description: label(''),
    IsGlobal: shared !== undefined,
    IsCustomOptionSet: table.custom,
    IsManaged: !table.custom,
    OptionSetType: column.type === 'MultiSelectPicklist' ? 'Picklist' : column.type,
  };
  if (column.type !== 'Boolean') return { ...head, Options: options.map((option) => optionMetadata(column, option)) };
  const [off, on] = [0, 1].map((value) => options.find((option) => option.value === value));
  return { ...head, TrueOption: on && optionMetadata(column, on), FalseOption: off && optionMetadata(column, off) };
}

function optionMetadata({ type }: Column, { value, label: text, state }: Option): Json {
  return {
    ...(type === 'Status' ? { '@odata.type': '#Microsoft.Dynamics.CRM.StatusOptionMetadata', State: state } : {}),
    ...(type === 'State' ? { '@odata.type': '#Microsoft.Dynamics.CRM.StateOptionMetadata', InvariantName: text } : {}),
    Value: value,
    Label: label(text),
    Description: label(''),
    Color: null,
    IsManaged: true,
    ExternalValue: '',
  };
}
