import type { Column } from '@bliro/dataverse';
import { choiceOf } from './choices.js';
import { dateToWire } from './dates.js';
import { InputMistake } from './input-mistake.js';

export type WireScalar = string | number | boolean | null;

const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** A value of any column but a lookup, as the Web API takes it. Throws InputMistake. */
export function scalarToWire(column: Column, name: string, value: unknown): WireScalar {
  if (value === null) return null;
  switch (column.type) {
    case 'String':
    case 'Memo':
      return text(value, name);
    case 'Integer':
    case 'BigInt':
      return number(value, name, true);
    case 'Decimal':
    case 'Double':
    case 'Money':
      return number(value, name, false);
    case 'Boolean':
      return yesNo(column, name, value);
    case 'DateTime':
      return dateToWire(value, column.dateBehavior ?? 'UserLocal', name);
    case 'Picklist':
    case 'State':
    case 'Status':
      return choiceOf(column.options ?? [], value, name);
    case 'MultiSelectPicklist':
      return severalChoices(column, name, value);
    case 'Uniqueidentifier':
      if (typeof value === 'string' && guid.test(value)) return value.toLowerCase();
      throw new InputMistake(`${name} takes the id of a record.`);
    default:
      throw new InputMistake(`${name} can't be used here: its type is ${column.type}.`);
  }
}

function text(value: unknown, name: string): string {
  if (typeof value === 'string') return value;
  throw new InputMistake(`${name} takes a text.`);
}

function number(value: unknown, name: string, whole: boolean): number {
  const given = typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value;
  if (typeof given === 'number' && Number.isFinite(given) && (!whole || Number.isSafeInteger(given))) return given;
  throw new InputMistake(`${name} takes a ${whole ? 'whole ' : ''}number.`);
}

function yesNo(column: Column, name: string, value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  if (column.options?.length) return choiceOf(column.options, value, name) === 1;
  throw new InputMistake(`${name} takes true or false.`);
}

function severalChoices(column: Column, name: string, value: unknown): string | null {
  const given = Array.isArray(value) ? value : [value];
  const chosen = new Set(given.map((one) => choiceOf(column.options ?? [], one, name)));
  return chosen.size === 0 ? null : [...chosen].sort((a, b) => a - b).join(',');
}
