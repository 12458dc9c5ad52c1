import { z } from 'zod';

const name = z.string().min(1).max(200);

export const sessionSchema = z.strictObject({
  organization: name,
  user: name,
  roles: z.array(z.string().min(1)).max(10),
  /** Negative: for a token that has expired already. */
  expiresInSeconds: z.int().min(-31_536_000).max(3600).default(3600),
  audience: name.optional(),
});

export const jobMessageSchema = z.strictObject({
  organization: name,
  idempotencyKey: name,
  job: z.record(z.string(), z.unknown()),
  /** How long ago it was signed. */
  ageSeconds: z.int().min(0).max(31_536_000).default(0),
});
