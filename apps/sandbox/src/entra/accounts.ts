import { tenantOf, tenants, users, type Tenant, type User } from './directory.js';
import { EntraFailure } from './failure.js';

/** What an administrator has decided about one account. */
export interface AccountState {
  mfaRequired: boolean;
  /** By Conditional Access. */
  blocked: boolean;
  disabled: boolean;
  deleted: boolean;
  /** Undefined: as the tenant has it. */
  mayConsent?: boolean;
}

const atStart: AccountState = { mfaRequired: false, blocked: false, disabled: false, deleted: false };

/** The accounts and tenants as they stand, where they are no longer as at start. */
export class Accounts {
  private readonly states = new Map<string, AccountState>();
  private readonly userConsent = new Map<string, boolean>();

  stateOf(user: User): Readonly<AccountState> {
    return this.states.get(user.oid) ?? atStart;
  }

  change(user: User, part: Partial<AccountState>): void {
    this.states.set(user.oid, { ...this.stateOf(user), ...part });
  }

  /** Whether users of that tenant may consent for themselves. */
  usersMayConsent(tenant: Tenant): boolean {
    return this.userConsent.get(tenant.id) ?? tenant.userConsent;
  }

  requireAdminConsent(tenant: Tenant): void {
    this.userConsent.set(tenant.id, false);
  }

  /** Whether the user may be asked for consent, or needs an administrator for it. */
  mayConsent(user: User): boolean {
    return user.admin || (this.stateOf(user).mayConsent ?? this.usersMayConsent(tenantOf(user)));
  }

  restore(user: User): void {
    this.states.delete(user.oid);
  }

  restoreTenant(tenant: Tenant): void {
    this.userConsent.delete(tenant.id);
  }

  clear(): void {
    this.states.clear();
    this.userConsent.clear();
  }

  /** @throws EntraFailure for an account that is gone or disabled */
  requirePresent(user: User): void {
    const { deleted, disabled } = this.stateOf(user);
    if (deleted) throw noAccount(user.upn, tenantOf(user).displayName);
    if (disabled) throw EntraFailure.of(50057);
  }

  /**
   * @param strong whether the sign-in used a second factor
   * @throws EntraFailure for an account that a policy keeps out
   */
  requirePolicies(user: User, strong: boolean): void {
    const { blocked, mfaRequired } = this.stateOf(user);
    if (blocked) throw EntraFailure.of(53003);
    if (mfaRequired && !strong) throw EntraFailure.of(50076);
  }
}

export function noAccount(upn: string, tenant: string): EntraFailure {
  return EntraFailure.of(
    50034,
    `The user account ${upn.slice(0, 100)} does not exist in the ${tenant} directory. To sign into this application, the account must be added to the directory.`,
  );
}

export function tenantNamed(name: string): Tenant | undefined {
  const wanted = name.trim().toLowerCase();
  return tenants.find(({ id, name: short, domain }) => [id, short, domain].includes(wanted));
}

export function usersIn(tenant: Tenant): User[] {
  return users.filter(({ tenantId }) => tenantId === tenant.id);
}
