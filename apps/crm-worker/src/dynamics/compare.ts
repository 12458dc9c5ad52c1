import type { WireField } from './write-fields.js';

type Row = Readonly<Record<string, unknown>>;

/** Names of the columns that don't hold what was to be written. */
export function differingColumns(fields: readonly WireField[], row: Row): string[] {
  return fields.filter(({ readAs, expected }) => !same(expected, row[readAs])).map(({ column }) => column);
}

/** Names of the columns that hold something else than when they were read first. */
export function changedColumns(fields: readonly WireField[], before: Row, row: Row): string[] {
  return fields.filter(({ readAs }) => !same(before[readAs], row[readAs])).map(({ column }) => column);
}

/** What an update keeps of a row: the written columns as they were read. */
export function valuesOf(fields: readonly WireField[], row: Row): Record<string, unknown> {
  return Object.fromEntries(fields.map(({ readAs }) => [readAs, row[readAs] ?? null]));
}

/** Dataverse keeps an empty text as none, times in whole seconds, ids in small letters and several choices in any order. */
function same(a: unknown, b: unknown): boolean {
  return normal(a) === normal(b);
}

const time = /^\d{4}-\d{2}-\d{2}T/;
const id = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const choices = /^\d+(,\d+)+$/;

function normal(value: unknown): unknown {
  if (value === undefined || value === null || value === '') return null;
  if (typeof value !== 'string') return value;
  if (time.test(value)) return Math.floor(Date.parse(value) / 1000);
  if (id.test(value)) return value.toLowerCase();
  return choices.test(value) ? value.split(',').sort().join(',') : value;
}
