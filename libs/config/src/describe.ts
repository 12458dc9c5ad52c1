import type { z } from 'zod';
import { fieldsOf, innermost } from './schema.js';

export interface VariableDescription {
  name: string;
  description: string;
  required: boolean;
  default?: string;
  secret: boolean;
}

/** The variables of a schema, in its order, as documentation shows them. */
export function describeConfig(schema: z.ZodObject): VariableDescription[] {
  return Object.entries(fieldsOf(schema)).map(([name, field]) => {
    const { notes, required, fallback } = innermost(field);
    return {
      name,
      description: notes.description ?? '',
      required,
      ...(fallback === undefined
        ? {}
        : { default: typeof fallback === 'string' ? fallback : JSON.stringify(fallback) }),
      secret: notes.secret ?? false,
    };
  });
}
