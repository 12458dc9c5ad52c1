import { operations, permissions } from '@bliro/contract/policy';
import { z } from 'zod';
import { namedPageQuery } from '../paging.js';
import { origins } from './tool.js';

/** PostgreSQL keeps no NUL in a text. */
export const words = (most: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(most)
    .refine((text) => !text.includes('\u0000'), 'a NUL character is not allowed here');
const columnName = words(128);

export const toolSettings = z.strictObject({
  permission: z.enum(permissions),
  description: words(1024).nullable().meta({ description: 'Null is the one that the tool came with' }),
  fields: z
    .array(columnName)
    .min(1)
    .max(1000)
    .refine((names) => new Set(names).size === names.length, 'a column occurs twice')
    .nullable()
    .meta({ description: 'Columns by logical name; null is all that the operation can take' }),
});
export const comment = words(1000).optional().meta({ description: 'Why; the history shows it' });

/** The body of `PATCH tools/:key`: what shall be otherwise, and why. */
export const toolChange = z
  .strictObject({
    ...toolSettings.partial().shape,
    description: toolSettings.shape.description.unwrap().optional(),
    comment,
  })
  .refine(
    ({ permission, description, fields }) => [permission, description, fields].some((value) => value !== undefined),
    'expected permission, description or fields',
  )
  .meta({ id: 'ToolChange' });
export type ToolChange = z.output<typeof toolChange>;

export const toolView = z
  .object({
    key: z.string(),
    title: z.string(),
    description: z.string(),
    table: z.string(),
    operation: z.enum(operations),
    permission: z.enum(permissions),
    origin: z.enum(origins),
    fields: z.array(z.string()).nullable().meta({ description: 'Null is all that the operation can take' }),
    problem: z.string().optional().meta({ description: 'What stands in the way of using it as it is configured' }),
    lastUsedAt: z.iso
      .datetime()
      .optional()
      .meta({ description: 'When it was last allowed to anybody; for administrators, and not part of the tag' }),
    changedAt: z.iso.datetime().optional(),
    changedBy: z.string().optional(),
    revision: z.int().meta({ description: "The organization's revision that last changed the tool; 0: none did" }),
  })
  .meta({ id: 'Tool' });
export type ToolView = z.output<typeof toolView>;

export const toolList = z
  .object({ items: z.array(toolView), nextCursor: z.string().optional() })
  .meta({ id: 'ToolList' });
export type ToolList = z.output<typeof toolList>;

export const toolQuery = z.strictObject({
  table: z.string().max(128).optional(),
  operation: z.enum(operations).optional(),
  permission: z.enum(permissions).optional(),
  origin: z.enum(origins).optional(),
  ...namedPageQuery({ default: 200 }),
});
export type ToolQuery = z.output<typeof toolQuery>;
