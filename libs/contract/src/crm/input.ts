import { z } from 'zod';
import { operations, parseToolKey, type Operation } from '../policy/tool.js';

const column = z
  .string()
  .min(1)
  .max(128)
  .regex(/^[^@./\u0000-\u001f]+$/, 'a column name has no @, . or / in it')
  .refine((name) => name !== '__proto__', 'not a column name');
export const actionId = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'expected 1 to 64 of A-Z a-z 0-9 _ -');

const fromAction = z.strictObject({ fromAction: actionId });
const lookup = z.strictObject({ table: z.string().min(1).max(128), id: z.union([z.uuid(), fromAction]) });
const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);
/** A scalar, several choices, a lookup, or the record of another action. */
const value = z.union([scalar, z.array(z.union([z.string(), z.number()])).max(200), lookup, fromAction]);
const fields = z.record(column, value).refine((all) => Object.keys(all).length > 0, 'expected at least one column');
const columns = z.array(column).min(1).max(200);

export const inputForms = {
  create: z.strictObject({ fields }),
  update: z.strictObject({
    id: z.union([z.uuid(), fromAction]),
    fields,
    ifUnchangedSince: z.iso.datetime({ offset: true }).optional(),
  }),
  read: z.union([
    z.strictObject({ id: z.union([z.uuid(), fromAction]), columns: columns.optional() }),
    z.strictObject({
      where: z.record(column, value),
      columns: columns.optional(),
      top: z.number().int().min(1).max(200).optional(),
    }),
  ]),
} as const satisfies Record<Operation, z.ZodType>;

export type CreateInput = z.infer<(typeof inputForms)['create']>;
export type UpdateInput = z.infer<(typeof inputForms)['update']>;
export type ReadInput = z.infer<(typeof inputForms)['read']>;
export type FieldValue = z.infer<typeof value>;

/** The form that a tool's input must have; whether the tool takes its columns and values is a decision, not a form. */
export function inputFormOf(tool: string): (typeof inputForms)[Operation] | undefined {
  const { operation } = parseToolKey(tool);
  return operations.includes(operation) ? inputForms[operation] : undefined;
}

/** The ids of the actions whose records an input stands for with `{"fromAction"}`, however deep the input is nested. */
export function referencedActions(input: unknown): string[] {
  const found: string[] = [];
  const open: unknown[] = [input];
  while (open.length > 0) {
    const at = open.pop();
    if (at === null || typeof at !== 'object') continue;
    // Parsing costs far more than looking: an input of a megabyte may have a hundred thousand objects in it.
    const reference = 'fromAction' in at ? fromAction.safeParse(at) : undefined;
    if (reference?.success) found.push(reference.data.fromAction);
    else for (const inner of Object.values(at)) open.push(inner);
  }
  return found;
}

// Every form of an input ends before: a deeper place is only ever part of what is refused anyway.
const deepestPath = 10;

/**
 * Where a value has text with half a surrogate pair in it: that has no UTF-8 form and no canonical JSON, so it can't be kept as it came.
 * Not recursive: an input may be nested a hundred thousand times.
 */
export function brokenText(given: unknown): string[][] {
  const broken: string[][] = [];
  const open: { value: unknown; path: string[] }[] = [{ value: given, path: [] }];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    const { value, path } = at;
    if (typeof value === 'string' && !value.isWellFormed()) broken.push(path);
    if (value === null || typeof value !== 'object') continue;
    for (const [key, item] of Object.entries(value)) {
      if (!key.isWellFormed()) broken.push(path);
      open.push({ value: item, path: path.length < deepestPath ? [...path, key] : path });
    }
  }
  return broken;
}
