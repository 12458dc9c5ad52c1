import { isGuid } from '../stable-id.js';
import { badPayload, DataverseFailure } from './failure.js';
import type { Value } from './row.js';
import type { Column, Option } from './schema/column.js';
import type { Table } from './schema/table.js';

const ISO_TIME = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,7})?)?(Z|[+-]\d\d:\d\d))?$/;
const ISO_DATE = /^\d{4}-\d\d-\d\d$/;

type Parser = (given: string | number | boolean, at: Place) => Value;

interface Place {
  table: Table;
  name: string;
  column: Column;
}

/**
 * A value of a JSON body as the column keeps it.
 * @throws DataverseFailure where its type, length, range or choice doesn't fit
 */
export function parseValue(table: Table, name: string, column: Column, given: unknown): Value {
  if (given === null) return null;
  if (typeof given !== 'string' && typeof given !== 'number' && typeof given !== 'boolean')
    throw wrongType({ table, name, column }, given);
  return parsers[column.type](given, { table, name, column });
}

const parseText: Parser = (given, at) => {
  const { table, name, column } = at;
  if (typeof given !== 'string') throw wrongType(at, given);
  if (column.maxLength !== undefined && given.length > column.maxLength)
    throw invalid(
      '0x80044331',
      `The length of the '${name}' attribute of the '${table.logicalName}' entity exceeded the maximum allowed length of '${column.maxLength}'.`,
    );
  return given;
};

const parseNumber: Parser = (given, at) => {
  const { table, name, column } = at;
  if (typeof given !== 'number') throw wrongType(at, given);
  if (column.type === 'Integer' && !Number.isSafeInteger(given)) throw wrongType(at, given);
  const { min = -Infinity, max = Infinity } = column;
  if (given < min || given > max)
    throw invalid(
      given < min ? '0x80044330' : '0x8004432f',
      `The value ${given} of '${name}' on record of type '${table.logicalName}' is outside the valid range. (${min} - ${max})`,
    );
  return column.precision === undefined ? given : Number(given.toFixed(column.precision));
};

const parseChoice: Parser = (given, at) => {
  const { table, name, column } = at;
  if (typeof given !== 'number' || !Number.isSafeInteger(given)) throw wrongType(at, given);
  if (optionOf(column, given)) return given;
  const accepted = (column.options ?? []).map(({ value }) => value).join(',');
  throw invalid(
    '0x8004431A',
    `The value ${given} of '${name}' on record of type '${table.logicalName}' is outside the valid range. Accepted Values: ${accepted}`,
  );
};

const parseBoolean: Parser = (given, at) => {
  if (typeof given !== 'boolean') throw wrongType(at, given);
  return given;
};

const parseTime: Parser = (given, at) => {
  const dateOnly = at.column.dateBehavior === 'DateOnly';
  if (typeof given !== 'string' || !(dateOnly ? ISO_DATE : ISO_TIME).test(given)) throw wrongType(at, given);
  const time = new Date(given);
  if (Number.isNaN(time.getTime()) || !keepsDay(given)) throw wrongType(at, given);
  return dateOnly ? given : `${time.toISOString().slice(0, 19)}Z`;
};

const parseGuid: Parser = (given, at) => {
  if (typeof given !== 'string' || !isGuid(given)) throw wrongType(at, given);
  return given.toLowerCase();
};

/** Several choices are one text of their values, by commas; kept in order and once each. */
const parseChoices: Parser = (given, at) => {
  if (typeof given !== 'string' || !/^-?\d{1,9}(,-?\d{1,9})*$/.test(given)) throw wrongType(at, given);
  const values = [...new Set(given.split(',').map(Number))];
  for (const value of values) parseChoice(value, at);
  return values.sort((a, b) => a - b).join(',');
};

/** Companions are never written; a payload that names one doesn't come this far. */
const parseNothing: Parser = (given, at) => {
  throw wrongType(at, given);
};

const parseLookup: Parser = (_given, { table }) => {
  throw badPayload(
    table.entitySetName,
    'CRM do not support direct update of Entity Reference properties, Use Navigation properties instead.',
  );
};

const parsers: Record<Column['type'], Parser> = {
  Uniqueidentifier: parseGuid,
  String: parseText,
  Memo: parseText,
  Integer: parseNumber,
  BigInt: parseNumber,
  Decimal: parseNumber,
  Double: parseNumber,
  Money: parseNumber,
  Boolean: parseBoolean,
  DateTime: parseTime,
  Picklist: parseChoice,
  MultiSelectPicklist: parseChoices,
  State: parseChoice,
  Status: parseChoice,
  Lookup: parseLookup,
  Customer: parseLookup,
  Owner: parseLookup,
  EntityName: parseNothing,
  Virtual: parseNothing,
};

export function optionOf(column: Column, value: number): Option | undefined {
  return column.options?.find((option) => option.value === value);
}

export const edmTypes: Record<Column['type'], string> = {
  Uniqueidentifier: 'Edm.Guid',
  String: 'Edm.String',
  Memo: 'Edm.String',
  Integer: 'Edm.Int32',
  BigInt: 'Edm.Int64',
  Decimal: 'Edm.Decimal',
  Double: 'Edm.Double',
  Money: 'Edm.Decimal',
  Boolean: 'Edm.Boolean',
  DateTime: 'Edm.DateTimeOffset',
  Picklist: 'Edm.Int32',
  MultiSelectPicklist: 'Edm.String',
  State: 'Edm.Int32',
  Status: 'Edm.Int32',
  Lookup: 'Edm.Guid',
  Customer: 'Edm.Guid',
  Owner: 'Edm.Guid',
  EntityName: 'Edm.String',
  Virtual: 'Edm.String',
};

function wrongType({ table, name, column }: Place, given: unknown): DataverseFailure {
  const expected = column.dateBehavior === 'DateOnly' ? 'Edm.Date' : edmTypes[column.type];
  const shown = `${typeof given} '${JSON.stringify(given).slice(0, 60)}'`;
  return badPayload(
    table.entitySetName,
    `Cannot convert the ${shown} of '${name}' to the expected type '${expected}'.`,
  );
}

function invalid(code: string, message: string): DataverseFailure {
  return new DataverseFailure(400, code, `A validation error occurred.  ${message}`);
}

/** JavaScript turns 30 February into 2 March; the server refuses it. */
function keepsDay(iso: string): boolean {
  const day = iso.slice(0, 10);
  return new Date(`${day}T00:00:00Z`).toISOString().slice(0, 10) === day;
}
