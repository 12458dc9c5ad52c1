import { Injectable } from '@nestjs/common';
import { OrganizationDatabase } from '@bliro/database';
import { permissions } from '@bliro/contract/policy';
import type { Caller } from '@bliro/http';
import { z } from 'zod';
import { readPolicy, type CurrentPolicy } from '../policy/state.js';

const unusedDays = 60;
/** Below that, a share says nothing. */
const fewestDecisions = 20;
const oftenRefused = 0.2;
/** Of the decisions that are looked at; the latest are. */
const mostDecisions = 250_000;

const base = { tool: z.string(), permission: z.enum(permissions), days: z.int(), message: z.string() };

export const adviceView = z
  .object({
    items: z.array(
      z.union([
        z.object({ kind: z.literal('unused_tool'), ...base }),
        z.object({ kind: z.literal('unused_fields'), ...base, uses: z.int(), fields: z.array(z.string()) }),
        z.object({ kind: z.literal('often_refused'), ...base, decisions: z.int(), refused: z.int() }),
      ]),
    ),
  })
  .meta({ id: 'Advice' });
export type AdviceView = z.output<typeof adviceView>;
type Item = AdviceView['items'][number];

/** Of one tool: how it was used since the day that is looked back to. */
export interface Use {
  tool: string;
  /** Actions that were decided; those of them that were let through, and those that were refused for their input. */
  decisions: number;
  uses: number;
  refused: number;
  /** Columns that the inputs of those let through named. */
  columns: string[];
}

const useSql = `
  with recent as (
    select distinct on (action) tool, action, effect, reason, columns
    from (select * from decision where organization = $1 and at >= $2 and action is not null and purpose <> 'question'
          order by position desc limit ${mostDecisions}) as latest
    order by action, position desc),
  named as (select tool, array_agg(distinct name) as columns from recent, unnest(columns) as name
    where effect <> 'deny' group by tool)
  select recent.tool, count(*)::int as decisions, (count(*) filter (where effect <> 'deny'))::int as uses,
    (count(*) filter (where reason in ('field_not_allowed', 'input_invalid')))::int as refused,
    coalesce(named.columns, '{}') as columns
  from recent left join named using (tool) group by recent.tool, named.columns`;

/** What an administrator might want to look at, with the numbers. It changes nothing by itself. */
@Injectable()
export class Advice {
  constructor(private readonly database: OrganizationDatabase) {}

  async of({ organization }: Caller): Promise<AdviceView> {
    const since = new Date(Date.now() - unusedDays * 86_400_000);
    return this.database.run(organization, async (manager) => {
      const policy = await readPolicy(manager, organization);
      const uses = await manager.query<Use[]>(useSql, [organization, since]);
      return { items: advise(policy, uses, since) };
    });
  }
}

/** Pure. What was changed since then has had no time to prove itself, so nothing is said of its disuse. */
export function advise({ tools, rows }: CurrentPolicy, uses: readonly Use[], since: Date): Item[] {
  const byTool = new Map(uses.map((use) => [use.tool, use]));
  return [...tools].flatMap(([tool, { permission, fields }]): Item[] => {
    if (permission === 'deny') return [];
    const use = byTool.get(tool);
    const common = { tool, permission, days: unusedDays };
    const isSettled = (rows.get(tool)?.changedAt.getTime() ?? Infinity) < since.getTime();
    const idle = (fields ?? []).filter((name) => use?.columns.includes(name) !== true);
    return [
      ...(isSettled && (use?.uses ?? 0) === 0 ? [{ ...common, kind: 'unused_tool', message: unused } as const] : []),
      ...(isSettled && use !== undefined && use.uses > 0 && idle.length > 0
        ? [{ ...common, kind: 'unused_fields', uses: use.uses, fields: idle, message: unusedFields } as const]
        : []),
      ...(use !== undefined && use.decisions >= fewestDecisions && use.refused / use.decisions > oftenRefused
        ? [
            {
              ...common,
              kind: 'often_refused',
              decisions: use.decisions,
              refused: use.refused,
              message: `${use.refused} of ${use.decisions} calls named columns or values that the tool does not take. Its fields or its description may need a change.`,
            } as const,
          ]
        : []),
    ];
  });
}

const unused = `It is allowed, and nobody used it for ${unusedDays} days. It could be denied.`;
const unusedFields = `It may use these fields, and no call named them for ${unusedDays} days. They could be taken away.`;
