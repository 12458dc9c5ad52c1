import { z } from 'zod';

export const tokenQuestion = z.object({
  organization: z.string().min(1),
  userId: z.string().min(1),
  grant: z.string().min(1),
});
export const accessTokensRequest = z.object({ questions: z.array(tokenQuestion).min(1).max(200) });

/**
 * Why there is no token. `grant_refused`: the grant (or the administrator's JWT) is missing, stale, forged or somebody else's. `unavailable`: a fault that passes
 * (Microsoft, the key store, too many redemptions), with the time to wait. The rest is the state of the user's connection.
 */
export const tokenRefusals = [
  'grant_refused',
  'not_connected',
  'reconnect_required',
  'environment_required',
  'unavailable',
] as const;
export type TokenRefusal = (typeof tokenRefusals)[number];

export const tokenGiven = z.object({
  accessToken: z.string().min(1),
  expiresAt: z.iso.datetime(),
  connectionId: z.uuid(),
  connectionVersion: z.number().int(),
  tenantId: z.string(),
  subject: z.string(),
  environmentId: z.string(),
  environmentUrl: z.url(),
  apiUrl: z.url(),
});
export const tokenRefused = z.object({
  code: z.enum(tokenRefusals),
  message: z.string(),
  retryAfterMs: z.number().int().nonnegative().optional(),
});
export const tokenAnswer = z.object({ given: tokenGiven.optional(), refused: tokenRefused.optional() });
export const accessTokensReply = z.object({ answers: z.array(tokenAnswer) });

/** For table definitions alone: `hostToken` is the JWT that the administrator who asks for them sent. */
export const metadataTokenRequest = z.object({ hostToken: z.string().min(1) });
export const metadataTokenReply = z.object({ answer: tokenAnswer });

export type TokenQuestion = z.infer<typeof tokenQuestion>;
export type AccessTokensRequest = z.infer<typeof accessTokensRequest>;
export type TokenGiven = z.infer<typeof tokenGiven>;
export type TokenRefused = z.infer<typeof tokenRefused>;
export type TokenAnswer = z.infer<typeof tokenAnswer>;
export type AccessTokensReply = z.infer<typeof accessTokensReply>;
export type MetadataTokenRequest = z.infer<typeof metadataTokenRequest>;
export type MetadataTokenReply = z.infer<typeof metadataTokenReply>;
