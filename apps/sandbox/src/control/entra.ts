import { z } from 'zod';
import { tenantNamed, usersIn } from '../entra/accounts.js';
import { findUser, tenantOf, type Tenant, type User } from '../entra/directory.js';
import type { Sandbox } from '../sandbox.js';
import { ControlProblem } from './problem.js';

export const entraActions = [
  'revoke_consent',
  'revoke_sessions',
  'expire_refresh_tokens',
  'require_mfa',
  'block_by_policy',
  'disable_user',
  'delete_user',
  'require_admin_consent',
  'grant_admin_consent',
  'restore',
] as const;
export type EntraAction = (typeof entraActions)[number];

export const entraSchema = z.strictObject({
  /** A upn; or a tenant by name, domain or id: then all its users. */
  user: z.string().min(1).max(200),
  action: z.enum(entraActions),
});

/** Who is meant; the tenant alone decides about what its users may consent to. */
interface Whom {
  users: readonly User[];
  tenant: Tenant;
  wholeTenant: boolean;
}

/**
 * What an administrator does at Entra.
 * @throws ControlProblem for somebody who isn't there
 */
export function actOnEntra(sandbox: Sandbox, { user: name, action }: z.output<typeof entraSchema>): void {
  const whom = find(name);
  if (whom.wholeTenant) onTenant[action]?.(sandbox, whom.tenant);
  for (const user of whom.users) onUser[action](sandbox, user, whom);
}

const onTenant: Partial<Record<EntraAction, (sandbox: Sandbox, tenant: Tenant) => void>> = {
  require_admin_consent: ({ accounts }, tenant) => accounts.requireAdminConsent(tenant),
  grant_admin_consent: (sandbox, tenant) => {
    for (const client of sandbox.clients.values())
      sandbox.consents.giveForTenant(tenant, client, registeredScopes(sandbox));
  },
  restore: ({ accounts }, tenant) => accounts.restoreTenant(tenant),
};

const onUser: Record<EntraAction, (sandbox: Sandbox, user: User, whom: Whom) => void> = {
  revoke_consent: ({ consents }, user) => consents.withdraw(user),
  revoke_sessions: ({ grants, sessions }, user) => {
    grants.end(user, 50173);
    sessions.end(user);
  },
  expire_refresh_tokens: ({ grants }, user) => grants.end(user, 700082),
  require_mfa: ({ accounts, grants, sessions }, user) => {
    accounts.change(user, { mfaRequired: true });
    grants.weaken(user);
    sessions.weaken(user);
  },
  block_by_policy: ({ accounts }, user) => accounts.change(user, { blocked: true }),
  disable_user: ({ accounts }, user) => accounts.change(user, { disabled: true }),
  delete_user: ({ accounts }, user) => accounts.change(user, { deleted: true }),
  require_admin_consent: ({ accounts }, user, { wholeTenant }) => {
    if (!wholeTenant) accounts.change(user, { mayConsent: false });
  },
  grant_admin_consent: (sandbox, user, { wholeTenant }) => {
    if (wholeTenant) return;
    for (const client of sandbox.clients.values()) sandbox.consents.give(user, client, registeredScopes(sandbox));
  },
  restore: ({ accounts }, user) => accounts.restore(user),
};

/** What the applications' registrations list. */
function registeredScopes({ discoveryUrl }: Sandbox): string[] {
  return ['openid', 'profile', 'offline_access', 'User.Read', `${discoveryUrl}/user_impersonation`];
}

function find(name: string): Whom {
  const user = findUser(name);
  if (user) return { users: [user], tenant: tenantOf(user), wholeTenant: false };
  const tenant = tenantNamed(name);
  if (tenant) return { users: usersIn(tenant), tenant, wholeTenant: true };
  throw new ControlProblem(400, 'unknown_user', `There is no user or tenant ${name}; /control/info lists them.`);
}
