import { z } from 'zod';
import { purposes } from './decision.js';

/** The signed proof of decisions for one user: what auth-service wants to see before it gives an access token. */
export const grantJws = {
  issuer: 'policy-service',
  audience: 'auth-service',
  typ: 'grant+jwt',
  expiresInSeconds: 5,
} as const;

export const grantClaims = z.object({
  org: z.string().min(1),
  sub: z.string().min(1),
  purpose: z.enum(purposes),
  decisions: z.array(z.object({ id: z.uuid(), action: z.uuid() })).min(1),
});
export type GrantClaims = z.infer<typeof grantClaims>;
