import { Injectable } from '@nestjs/common';
import { operations, predefinedTables } from '@bliro/contract/policy';
import type { ColumnDetails, TableSummary } from '@bliro/dataverse';
import type { Caller } from '@bliro/http';
import { z } from 'zod';
import { namedPageQuery, pageByName } from '../paging.js';
import { closedReason } from './closed-tables.js';
import { isRequired, kindOf } from './from-metadata.js';
import { Metadata } from './metadata.js';

/** What is left for a table's name of the 48 characters that every client takes of a tool's: the longest prefix is `update_`. */
export const longestTable = 48 - 'update_'.length;

export const tableName = z.string().regex(/^[a-z][a-z0-9_]{0,127}$/);

export const tableQuery = z.strictObject({
  search: z.string().trim().max(100).optional().meta({ description: 'A part of the name or of the display name' }),
  ...namedPageQuery({ default: 200 }),
});
export type TableQuery = z.output<typeof tableQuery>;

const table = z.object({
  table: z.string(),
  displayName: z.string(),
  operations: z
    .array(z.enum(operations))
    .meta({ description: 'What tools there can be; none where `reason` says why' }),
  reason: z.string().optional(),
});
export const tableListing = z
  .object({ items: z.array(table), nextCursor: z.string().optional() })
  .meta({ id: 'TableList' });
export type TableListing = z.output<typeof tableListing>;

export const columnQuery = z.strictObject(namedPageQuery({ default: 200 }));
export type ColumnQuery = z.output<typeof columnQuery>;

const column = z.object({
  name: z.string(),
  displayName: z.string(),
  type: z.string(),
  required: z.boolean(),
  readable: z.boolean(),
  writable: z.boolean(),
  choices: z.array(z.object({ value: z.int(), label: z.string() })).optional(),
  targets: z.array(z.string()).optional(),
  secured: z.boolean().meta({ description: 'Column security decides in Dynamics, user by user, who may see it' }),
});
export const columnListing = z
  .object({ items: z.array(column), nextCursor: z.string().optional() })
  .meta({ id: 'ColumnList' });
export type ColumnListing = z.output<typeof columnListing>;

/** Dynamics' tables and columns as an administrator chooses from them, with their own eyes. */
@Injectable()
export class Tables {
  constructor(private readonly metadata: Metadata) {}

  async list(caller: Caller, query: TableQuery): Promise<TableListing> {
    const wanted = query.search?.toLowerCase() ?? '';
    const views = (await this.metadata.tables(caller))
      .map(viewOf)
      .filter((view) => [view.table, view.displayName].some((name) => name.toLowerCase().includes(wanted)))
      .sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
    return pageByName(views, nameOf, query);
  }

  async columns(caller: Caller, name: string, query: ColumnQuery): Promise<ColumnListing> {
    const { columns } = await this.metadata.table(caller, name);
    const sorted = columns
      .filter(({ derived }) => !derived)
      .map(columnOf)
      .sort((a, b) => (a.name < b.name ? -1 : 1));
    return pageByName(sorted, (one) => one.name, query);
  }
}

/** Why a table can't have tools; undefined where it can. */
export function refusalOf({ table: name, internal, virtual }: TableSummary): string | undefined {
  const closed = closedReason(name);
  if (closed !== undefined) return closed;
  if (internal) return 'Dynamics keeps it for itself.';
  if (virtual) return 'Its records live outside Dynamics, where a write could not be done exactly once.';
  return name.length > longestTable
    ? `Its name is longer than the ${longestTable} characters that tools can have.`
    : undefined;
}

function viewOf(summary: TableSummary): TableListing['items'][number] {
  const reason = refusalOf(summary);
  const { table: name, displayName } = summary;
  return {
    table: name,
    displayName,
    operations: reason === undefined ? [...operations] : [],
    ...(reason !== undefined && { reason }),
  };
}

/** What can become tools first, then by name; predefined tables, which are tools already, after the others. */
const nameOf = ({ table: name, reason }: TableListing['items'][number]): string => {
  const isPredefined = (predefinedTables as readonly string[]).includes(name);
  return `${reason !== undefined ? 2 : isPredefined ? 1 : 0}${name}`;
};

function columnOf(details: ColumnDetails): ColumnListing['items'][number] {
  const { name, displayName, type, create, update, read, secured, options, targets } = details;
  const isKnown = kindOf(details) !== undefined;
  return {
    name,
    displayName,
    type,
    required: isRequired(details),
    readable: read && isKnown,
    writable: (create || update) && isKnown && !details.primaryId,
    ...(options !== undefined && { choices: options }),
    ...(targets !== undefined && { targets }),
    secured,
  };
}
