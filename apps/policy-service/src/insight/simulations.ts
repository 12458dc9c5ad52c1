import { Injectable } from '@nestjs/common';
import { OrganizationDatabase } from '@bliro/database';
import { effects, permissions, toolKey } from '@bliro/contract/policy';
import { Problem, type Caller, type InputError } from '@bliro/http';
import { z } from 'zod';
import type { ToolRule } from '../decision/evaluate.js';
import { cut, pageQuery } from '../paging.js';
import { readPolicy, type CurrentPolicy } from '../policy/state.js';
import { impossibleFields } from '../tool/change-tool.js';
import { toolSettings } from '../tool/tool.schema.js';
import { simulate, type PastDecision, type RuleChange } from './simulate.js';

/** Of the decisions that are looked at; the latest are. */
const mostDecisions = 250_000;

const ruleChange = z
  .strictObject({
    tool: toolKey,
    permission: z.enum(permissions).optional(),
    fields: toolSettings.shape.fields.optional(),
  })
  .refine(
    ({ permission, fields }) => permission !== undefined || fields !== undefined,
    'expected permission or fields',
  );

export const simulation = z
  .strictObject({
    changes: z
      .array(ruleChange)
      .min(1)
      .max(300)
      .refine((all) => new Set(all.map(({ tool }) => tool)).size === all.length, 'a tool occurs twice'),
    since: z.iso.datetime({ offset: true }),
  })
  .meta({ id: 'Simulation' });
export type Simulation = z.output<typeof simulation>;

export const simulationQuery = z.strictObject(pageQuery(z.tuple([z.int().min(0)])));
export type SimulationQuery = z.output<typeof simulationQuery>;

const count = z.int().min(0);
export const simulated = z
  .object({
    items: z.array(
      z.object({
        tool: z.string(),
        userId: z.string(),
        meetingId: z.string().optional(),
        actionId: z.uuid(),
        was: z.enum(effects),
        would: z.enum(effects),
      }),
    ),
    counts: z.object({
      decisions: count.meta({
        description: 'Actions of these tools that were decided since then; the last answer of each counts',
      }),
      otherwise: count.meta({ description: 'Of those, what would have gone another way' }),
      byChange: z.record(z.string(), count).meta({ description: 'By `<was> → <would>`' }),
      complete: z.boolean().meta({ description: 'False where there were more decisions than are looked at' }),
    }),
    nextCursor: z.string().optional(),
  })
  .meta({ id: 'Simulated' });
export type Simulated = z.output<typeof simulated>;

const pastSql = `
  select distinct on (action) tool, user_id as "userId", meeting as "meetingId", action as "actionId", effect, reason, columns, fits
  from (select * from decision
        where organization = $1 and at >= $2 and tool = any($3) and action is not null
        order by position desc limit $4) as recent
  order by action, position desc`;

/** What would have gone another way, on what was really decided. Changes nothing. */
@Injectable()
export class Simulations {
  constructor(private readonly database: OrganizationDatabase) {}

  /** @throws Problem invalid_body */
  async run(
    { organization }: Caller,
    { changes, since }: Simulation,
    { limit, cursor }: SimulationQuery,
  ): Promise<Simulated> {
    const [from = 0] = cursor ?? [];
    const tools = changes.map(({ tool }) => tool);
    const { rules, past } = await this.database.run(organization, async (manager) => ({
      rules: rulesUnder(await readPolicy(manager, organization), changes),
      past: await manager.query<PastDecision[]>(pastSql, [organization, since, tools, mostDecisions + 1]),
    }));
    const otherwise = simulate(past, rules);
    const ways = Map.groupBy(otherwise, ({ past: { effect }, would }) => `${effect} → ${would}`);
    const page = cut(otherwise.slice(from), limit, () => [from + limit]);
    return {
      ...page,
      items: page.items.map(({ past: { tool, userId, meetingId, actionId, effect }, would }) => {
        return { tool, userId, ...(meetingId !== null && { meetingId }), actionId, was: effect, would };
      }),
      counts: {
        decisions: past.length,
        otherwise: otherwise.length,
        byChange: Object.fromEntries([...ways].map(([way, those]) => [way, those.length])),
        complete: past.length <= mostDecisions,
      },
    };
  }
}

function rulesUnder({ definitions, tools }: CurrentPolicy, changes: readonly RuleChange[]): Map<string, ToolRule> {
  const errors: InputError[] = [];
  const rules = changes.flatMap(({ tool: key, permission, fields }, index) => {
    const [tool, settings] = [definitions.get(key), tools.get(key)];
    if (tool === undefined || settings === undefined) {
      errors.push({ pointer: `/changes/${index}/tool`, message: 'there is no such tool' });
      return [];
    }
    errors.push(...impossibleFields(tool, fields, `/changes/${index}/fields`));
    const chosen = fields === undefined ? settings.fields : fields;
    const rule: ToolRule = {
      permission: permission ?? settings.permission,
      columns: tool.shape.columns,
      fields: new Set(chosen ?? tool.possibleFields),
    };
    return [[key, rule] as const];
  });
  if (errors.length > 0) throw new Problem('invalid_body', { errors: errors.slice(0, 50) });
  return new Map(rules);
}
