import { operations, permissions } from '@bliro/contract/policy';
import { z } from 'zod';

const columnName = z.string().min(1).max(128);

/** The body of `PATCH tools/:key`: what shall be otherwise, and why. */
export const toolChange = z
  .strictObject({
    permission: z.enum(permissions).optional(),
    description: z.string().trim().min(1).max(1024).optional(),
    fields: z
      .array(columnName)
      .min(1)
      .max(1000)
      .refine((names) => new Set(names).size === names.length, 'a column occurs twice')
      .nullable()
      .optional()
      .meta({ description: 'Columns by logical name; null is all that the operation can take' }),
    comment: z.string().trim().min(1).max(1000).optional(),
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
    origin: z.enum(['predefined', 'custom']),
    fields: z.array(z.string()).nullable().meta({ description: 'Null is all that the operation can take' }),
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

export const toolList = z.object({ items: z.array(toolView) }).meta({ id: 'ToolList' });
export type ToolList = z.output<typeof toolList>;
