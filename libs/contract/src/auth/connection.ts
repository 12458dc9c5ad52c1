import { z } from 'zod';

export const connectionStatuses = [
  'awaiting_consent',
  'awaiting_environment',
  'active',
  'needs_reconnect',
  'disconnected',
] as const;
export type ConnectionStatus = (typeof connectionStatuses)[number];

/** Why a connection is in `needs_reconnect` (first block) or back in `awaiting_environment`; spec.md's table says what each means. */
export const connectionReasons = [
  'consent_revoked',
  'refresh_token_expired',
  'sessions_revoked',
  'user_removed',
  'interaction_required',
  'blocked_by_policy',
  'user_disabled',
  'access_removed',
  'refused_by_microsoft',
  'admin_approval_needed',
  'pinned_environment_unreachable',
  'environment_gone',
  'account_switched',
] as const;
export type ConnectionReason = (typeof connectionReasons)[number];

/** `data` of `environment.changed`: where the user's work goes from now on; no environment: nowhere. Subject is the connection. */
export const environmentChanged = z.object({ userId: z.string(), environmentId: z.uuid().optional() });
export type EnvironmentChanged = z.infer<typeof environmentChanged>;

/** The only scopes that are ever asked for; `resource` is Discovery's or one environment's address without a trailing slash. */
export const dynamicsScopes = (resource: string): readonly [string, string, string] => [
  'openid',
  'offline_access',
  `${resource}/user_impersonation`,
];
