import { z } from 'zod';
import { pageQuery } from '../paging.js';
import { comment } from '../tool/tool.schema.js';
import { presetNames } from './presets.js';

const tool = z.object({
  permission: z.string(),
  description: z.string().nullable(),
  fields: z.array(z.string()).nullable(),
});
const difference = z.union([
  z.object({ tool: z.string(), before: tool, after: tool }),
  z.object({ table: z.string(), before: z.boolean(), after: z.boolean() }),
  z.object({
    shape: z.string(),
    added: z.array(z.string()),
    removed: z.array(z.string()),
    changed: z.array(z.string()),
  }),
  z.object({ settings: z.literal(true), before: z.looseObject({}), after: z.looseObject({}) }),
]);

export const policyChanged = z
  .object({
    dryRun: z.boolean(),
    revision: z.int().meta({ description: 'The revision that was made; the current one where nothing changed' }),
    changes: z.array(difference),
  })
  .meta({ id: 'PolicyChanged' });
export type PolicyChanged = z.output<typeof policyChanged>;

export const changeQuery = z.strictObject({
  dryRun: z.stringbool({ truthy: ['true', '1'], falsy: ['false', '0'] }).default(false),
});
export type ChangeQuery = z.output<typeof changeQuery>;

/** What may be said beside a preset or a restore. */
export const reason = z.strictObject({ comment }).optional();
export type Reason = z.output<typeof reason>;

export const presetName = z.enum(presetNames);
export const revisionNumber = z
  .string()
  .regex(/^\d{1,15}$/)
  .transform(Number);

export const historyQuery = z.strictObject(pageQuery(z.tuple([z.int()])));
export type HistoryQuery = z.output<typeof historyQuery>;

export const toolHistory = z
  .object({
    items: z.array(
      z.object({
        id: z.uuid(),
        revision: z.int(),
        at: z.iso.datetime(),
        by: z.string(),
        cause: z.string().meta({ description: 'edit, preset, restore, import or custom_table' }),
        comment: z.string().optional(),
        before: tool,
        after: tool,
      }),
    ),
    nextCursor: z.string().optional(),
  })
  .meta({ id: 'ToolHistory' });
export type ToolHistory = z.output<typeof toolHistory>;
