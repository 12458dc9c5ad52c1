import { z } from 'zod';

/** What a field says about itself: for people (`description`), for mistakes (`expects`), for lists (`secret`). */
export interface FieldNotes {
  description?: string;
  expects?: string;
  secret?: boolean;
}

export interface UnwrappedField {
  notes: FieldNotes;
  required: boolean;
  fallback: unknown;
}

/** The variables of a schema with their fields, in its order. */
export function fieldsOf(schema: z.ZodObject): Record<string, z.core.$ZodType> {
  return schema.shape;
}

/** Follows a field through its wrappers (default, optional, pipe); the outer wrapper's notes win. */
export function innermost(field: z.core.$ZodType): UnwrappedField {
  const found: UnwrappedField = { notes: {}, required: true, fallback: undefined };
  for (let at: z.core.$ZodType | undefined = field; at !== undefined; at = inner(at)) {
    found.notes = { ...notesOf(at), ...found.notes };
    if (at instanceof z.ZodOptional || at instanceof z.ZodNullable) found.required = false;
    if (at instanceof z.ZodDefault || at instanceof z.ZodPrefault) {
      found.required = false;
      found.fallback ??= at.def.defaultValue;
    }
  }
  return found;
}

function notesOf(field: z.core.$ZodType): FieldNotes {
  return (z.globalRegistry.get(field) ?? {}) as FieldNotes;
}

function inner(field: z.core.$ZodType): z.core.$ZodType | undefined {
  if (
    field instanceof z.ZodOptional ||
    field instanceof z.ZodNullable ||
    field instanceof z.ZodDefault ||
    field instanceof z.ZodPrefault ||
    field instanceof z.ZodReadonly
  )
    return field.def.innerType;
  return field instanceof z.ZodPipe ? field.def.in : undefined;
}
