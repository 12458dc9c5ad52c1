import { isReference, type Row } from '../row.js';
import type { Column } from '../schema/column.js';
import { optionOf } from '../value.js';
import type { Reader } from './reader.js';

const times = new Intl.DateTimeFormat('en-US', { timeZone: 'UTC', dateStyle: 'short', timeStyle: 'short' });
const days = new Intl.DateTimeFormat('en-US', { timeZone: 'UTC' });
const numbers = new Intl.NumberFormat('en-US');

/** A value as a person in the United States reads it; Dataverse goes by the user's settings. */
export function formatted(
  reader: Reader,
  row: Row,
  column: Column,
  value: string | number | boolean,
): string | undefined {
  if (column.type === 'MultiSelectPicklist') return labelsOf(column, String(value));
  if (column.options) return optionOf(column, Number(value))?.label;
  if (column.type === 'Money') return `${symbolOf(reader, row)}${amount(Number(value))}`;
  if (typeof value === 'number') return numbers.format(value);
  if (column.type !== 'DateTime') return undefined;
  return (column.dateBehavior === 'DateOnly' ? days : times).format(new Date(String(value)));
}

function labelsOf(column: Column, values: string): string {
  return values
    .split(',')
    .map((value) => optionOf(column, Number(value))?.label ?? value)
    .join('; ');
}

export function amount(value: number): string {
  return value.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
}

function symbolOf({ rows }: Reader, { values }: Row): string {
  const currency = values['transactioncurrencyid'];
  const symbol = isReference(currency ?? null)
    ? rows.find('transactioncurrency', (currency as { id: string }).id)
    : undefined;
  const text = symbol?.values['currencysymbol'];
  return typeof text === 'string' ? text : '';
}
