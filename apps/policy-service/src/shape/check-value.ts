import { z } from 'zod';
import type { ColumnShape } from './shape.js';

const reference = z.strictObject({ fromAction: z.string() });
const rowReference = z.strictObject({ table: z.string(), id: z.union([z.uuid(), reference]) });
const day = z.iso.date();
const instant = z.iso.datetime({ offset: true });
/** SQL Server's earliest, below which Dataverse answers with an error. */
const earliestYear = 1753;

/**
 * What is wrong with a value for a column, as the end of a sentence that begins with the column's name; undefined where it fits.
 * Null always fits: it is no value. The sentence never repeats the value.
 */
export function checkValue(column: ColumnShape, value: unknown): string | undefined {
  if (value === null) return undefined;
  switch (column.type) {
    case 'text':
      return checkText(column.maxLength, value);
    case 'integer':
      return Number.isSafeInteger(value) ? checkRange(column, value as number) : 'takes a whole number';
    case 'money':
      return typeof value === 'number' && Number.isFinite(value) ? checkRange(column, value) : 'takes a number';
    case 'boolean':
      return typeof value === 'boolean' ? undefined : 'takes true or false';
    case 'date':
      return isDate(day, value) ? undefined : 'takes a date such as 2026-03-31';
    case 'datetime':
      return isDate(instant, value) ? undefined : 'takes a time with its offset, such as 2026-03-31T09:00:00+02:00';
    case 'choice':
      return checkChoice(column.options, value);
    case 'choices':
      return checkChoices(column.options, value);
    case 'lookup':
      return checkLookup(column.targets, value);
    case 'id':
      return z.union([z.uuid(), reference]).safeParse(value).success ? undefined : 'takes the id of a record';
  }
}

function checkText(maxLength: number, value: unknown): string | undefined {
  if (typeof value !== 'string') return 'takes a text';
  return value.length <= maxLength ? undefined : `takes at most ${maxLength} characters, not ${value.length}`;
}

function checkRange({ min, max }: { min: number; max: number }, value: number): string | undefined {
  return value >= min && value <= max ? undefined : `takes a number from ${min} to ${max}`;
}

function isDate(form: z.ZodType, value: unknown): boolean {
  return form.safeParse(value).success && Number((value as string).slice(0, 4)) >= earliestYear;
}

function checkChoice(options: Readonly<Record<number, string>>, value: unknown): string | undefined {
  const labels = Object.values(options);
  if (typeof value === 'number' && Object.hasOwn(options, value)) return undefined;
  if (typeof value === 'string') {
    const same = labels.filter((label) => label.toLowerCase() === value.toLowerCase());
    if (same.length === 1) return undefined;
  }
  return `takes one of its choices: ${Object.entries(options)
    .map(([number, label]) => `${label} (${number})`)
    .join(', ')}`;
}

/** One or several, each once. */
function checkChoices(options: Readonly<Record<number, string>>, value: unknown): string | undefined {
  const chosen: unknown[] = Array.isArray(value) ? value : [value];
  if (new Set(chosen).size < chosen.length) return 'takes each of its choices once';
  return chosen.map((one) => checkChoice(options, one)).find((mistake) => mistake !== undefined);
}

function checkLookup(targets: readonly string[], value: unknown): string | undefined {
  if (reference.safeParse(value).success) return undefined;
  const row = rowReference.safeParse(value);
  if (row.success && targets.includes(row.data.table)) return undefined;
  return `takes a record, {"table", "id"}, of ${targets.join(', ')}`;
}
