import { Injectable } from '@nestjs/common';
import { operations, predefinedTables } from '@bliro/contract/policy';
import { OrganizationDatabase } from '@bliro/database';
import { Problem, type Caller } from '@bliro/http';
import { z } from 'zod';
import { changePolicy } from '../policy/change-policy.js';
import { readPolicy, type PolicyState } from '../policy/state.js';
import { shapeOf } from '../shape/from-metadata.js';
import { Metadata } from '../shape/metadata.js';
import type { TableShape } from '../shape/shape.js';
import { refusalOf, tableName } from '../shape/tables.js';
import { comment, toolView, type ToolView } from './tool.schema.js';
import { viewOf } from './tool-view.js';

const mostCustomTables = 100;

export const newCustomTools = z.strictObject({ table: tableName, comment }).meta({ id: 'NewCustomTools' });
export type NewCustomTools = z.output<typeof newCustomTools>;

export const customTools = z
  .object({
    items: z.array(toolView),
    missing: z
      .array(z.object({ operation: z.enum(operations), reason: z.string() }))
      .meta({ description: 'Operations that the table gets no tool for, and why' }),
  })
  .meta({ id: 'CustomTools' });
export type CustomTools = z.output<typeof customTools>;

/** Tools of the tables that an administrator chooses. */
@Injectable()
export class CustomTables {
  constructor(
    private readonly database: OrganizationDatabase,
    private readonly metadata: Metadata,
  ) {}

  /**
   * Reads what the table looks like, and makes its tools, all on deny. For a table that has tools already it reads anew: what is gone
   * from Dynamics shows as the tools' `problem`.
   * @throws Problem not_found, table_refused, and what reading from Dynamics throws
   */
  async add(caller: Caller, { table, comment: why }: NewCustomTools): Promise<CustomTools> {
    const isPredefined = (predefinedTables as readonly string[]).includes(table);
    if (isPredefined) throw new Problem('table_refused', { detail: 'This table has its tools already.' });
    const shape = await this.read(caller, table);
    return this.database.run(caller.organization, async (manager) => {
      await changePolicy(manager, caller, {
        cause: 'custom_table',
        comment: why,
        shapes: [shape],
        next: (current) => withTable(current, table),
      });
      const { definitions, rows } = await readPolicy(manager, caller.organization);
      const tools = [...definitions.values()].filter((tool) => tool.table === table);
      return { items: tools.map((tool) => viewOf(tool, rows.get(tool.key))), missing: missingOf(tools, shape) };
    });
  }

  /** @throws Problem not_found */
  async remove(caller: Caller, table: string): Promise<void> {
    await this.database.run(caller.organization, (manager) =>
      changePolicy(manager, caller, {
        cause: 'custom_table',
        next: (current) => {
          if (!current.customTables.has(table)) throw new Problem('not_found');
          return { ...current, customTables: new Set([...current.customTables].filter((one) => one !== table)) };
        },
      }),
    );
  }

  private async read(caller: Caller, table: string): Promise<TableShape> {
    const { summary, columns } = await this.metadata.table(caller, table);
    const reason = refusalOf(summary);
    if (reason !== undefined) throw new Problem('table_refused', { detail: reason });
    return shapeOf(table, summary.displayName, columns);
  }
}

function withTable(current: PolicyState, table: string): PolicyState {
  if (!current.customTables.has(table) && current.customTables.size >= mostCustomTables) {
    throw new Problem('table_refused', {
      detail: `An organization has tools of at most ${mostCustomTables} such tables.`,
    });
  }
  return { ...current, customTables: new Set([...current.customTables, table]) };
}

function missingOf(
  tools: readonly { operation: ToolView['operation'] }[],
  { object }: TableShape,
): CustomTools['missing'] {
  return operations
    .filter((operation) => !tools.some((tool) => tool.operation === operation))
    .map((operation) => ({ operation, reason: `Dynamics has no column of ${object} that this could name.` }));
}
