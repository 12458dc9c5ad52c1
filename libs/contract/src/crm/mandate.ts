import { createHash } from 'node:crypto';
import { z } from 'zod';
import { canonicalJson } from './canonical.js';

/** How long an organization may have its jobs kept; what can be retried has a mandate for as long, and no longer. */
export const longestJobDays = 90;

/** The intake's signature over one accepted action. It lives as long as its job may. */
export const mandateJws = {
  issuer: 'job-service',
  audience: 'policy-service',
  typ: 'mandate+jwt',
  expiresInSeconds: longestJobDays * 24 * 3600,
} as const;

export const mandateClaims = z.object({
  org: z.string().min(1),
  sub: z.string().min(1),
  job: z.uuid(),
  /** Absent where the work came from no meeting. */
  meeting: z.string().optional(),
  action: z.uuid(),
  tool: z.string().min(1),
  /** `inputHash` of the action's input. */
  input: z.string().min(1),
});
export type MandateClaims = z.infer<typeof mandateClaims>;

/** SHA-256 over the salt and the canonical input, base64url: says what was accepted without telling it. */
export function inputHash(salt: string, input: unknown): string {
  return createHash('sha256').update(salt).update('\n').update(canonicalJson(input)).digest('base64url');
}
