import { z } from 'zod';

const MAX_POSITION = 2n ** 63n - 1n;

/** A position as a decimal string; bigint in the database, beyond what a JavaScript number holds. */
export const cursorSchema = z
  .string()
  .regex(/^\d{1,19}$/, { error: 'a cursor is a whole number', abort: true })
  .refine((text) => BigInt(text) <= MAX_POSITION, 'a cursor is smaller than 2^63');

export const limitSchema = z.int().min(1).max(1000);
